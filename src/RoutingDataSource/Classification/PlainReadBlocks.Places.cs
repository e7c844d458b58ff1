using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <content>The places that vectors cannot judge.</content>
internal ref partial struct PlainReadBlocks
{
    /// <summary>Whether the character at an index, which may decide, leaves the text a plain read.</summary>
    private bool IsHarmless(int at, ulong opensName)
    {
        var c = _text[at];
        switch (c)
        {
            case '\n' or '\r' or '\t' or '\f' or ' ':
                return true;
            case '(':
                _depth++;
                return IsHarmlessBefore(at);
            case ')':
                return --_depth >= 0;
            case '[':
                _brackets++;
                return true;
            case ']':
                return --_brackets >= 0;
            case '\'':
                return SkipString(at);
            case '"':
                return opensName != 0 && _text[at - 1] != '"' && IsHarmlessQuoted(at);
            case '.':
                return at + 1 < _text.Length && (_text[at + 1] is '*' or '"' || IsNamePart(_text[at + 1])) && !PlainRead.IsBehindExpression(_text, at)
                    && !PlainRead.MayEndNumber(_text, at);
            case ';':
                _next = _text.Length;
                return _depth == 0 && _text[(at + 1)..].TrimStart(" \t\r\n\f").IsEmpty;
            case '@' or ':':
                return IsPlaceholder(at, c);
            case '$':
                return !IsNamePart(_text[at - 1]) && PlainRead.IsParameter(_text, at);
            case '|' or '=' or '>':
                return IsPair(at, c);
            default:
                return IsNamePart(c) && c < 128 && (IsNamePart(_text[at - 1]) ? IsInsideName(at) : IsHarmlessWord(at));
        }
    }

    private readonly bool IsHarmlessWord(int at)
    {
        var end = at + 1;
        while (end < _text.Length && IsNamePart(_text[end]))
        {
            end++;
        }

        var word = _text[at..end];
        return !PlainRead.IsLeftToScanner(word)
            && !(_catalog.HasSuspects && _catalog.IsSuspect(word, quoted: false))
            && !(_text[at - 1] == '.' && _catalog.IsRefusedFunction(word, quoted: false));
    }

    private readonly bool IsHarmlessQuoted(int at)
    {
        var length = _text[(at + 1)..].IndexOf('"');
        if (length <= 0)
        {
            return false;
        }

        var name = _text.Slice(at + 1, length);
        return !(_catalog.HasSuspects && _catalog.IsSuspect(name, quoted: true)) && !(_text[at - 1] == '.' && _catalog.IsRefusedFunction(name, quoted: true));
    }

    /// <summary>Whether a letter behind a digit belongs to a name, and not to a number that versions read differently.</summary>
    private readonly bool IsInsideName(int at)
    {
        var end = Math.Max(at - BlockLength, 0); // longer names are left to the scanner, so that no name is walked back over and over
        while (at > end && IsNamePart(_text[at - 1]))
        {
            at--;
        }

        return at > end && !char.IsAsciiDigit(_text[at]) && _text[at] < 128 && _text[at - 1] != '$';
    }

    private bool SkipString(int at)
    {
        var length = _text[(at + 1)..].IndexOf('\'');
        _next = at + length + 2;
        return length >= 0 && at > 0 && !IsNamePart(_text[at - 1]); // a name directly before it may be a prefix
    }

    /// <summary>The second character of an operator, when it makes one of the common pairs with the first.</summary>
    private readonly bool IsPair(int at, char second)
    {
        var first = _text[at - 1];
        var third = at + 1 < _text.Length ? _text[at + 1] : ' ';
        if (third is '=' or '<' or '>' or '+' or '-' or '*' or '/' or '%' or '!' or '#' or '&' or '^' or '~' or '?' or '`' or '@'
            || (third == '|' && !(second == '|' && first != '|')))
        {
            return false;
        }

        return second switch
        {
            '|' => first == '|' ? !IsOperator(_text[at - 2]) : third == '|' && !IsOperator(first),
            '=' => first is '<' or '>' or '!' && !IsOperator(_text[at - 2]),
            _ => first == '<' && !IsOperator(_text[at - 2]),
        };
    }

    private readonly bool IsPlaceholder(int at, char c)
    {
        var before = _text[at - 1];
        if (c == ':' && before == ':')
        {
            return true; // judged with the first
        }

        if (IsOperator(before) && !(c == '@' && before == '=' && !IsOperator(_text[at - 2])))
        {
            return false;
        }

        var i = at + 1;
        if (i >= _text.Length)
        {
            return false;
        }

        if (c == ':' && _text[i] == ':')
        {
            return true;
        }

        if (!IsNamePart(_text[i]) || _text[i] is >= '\x80' or '$')
        {
            return false;
        }

        while (i < _text.Length && IsNamePart(_text[i]))
        {
            i++;
        }

        // Npgsql leaves a placeholder without a parameter in the text, and "@f(x)" is then a call.
        var next = _text[i..].TrimStart(" \t\r\n\f");
        return next.IsEmpty || next[0] is not '(' and not '\'' and not '"' and not '.' and not '&';
    }

    /// <summary>Whether what stands before a parenthesis is no name, a keyword, or a harmless function.</summary>
    private readonly bool IsHarmlessBefore(int at)
    {
        var end = at;
        while (end > 0 && _text[end - 1] is ' ' or '\t' or '\r' or '\n' or '\f')
        {
            end--;
        }

        var quoted = _text[end - 1] == '"';
        var start = quoted ? _text[..(end - 1)].LastIndexOf('"') + 1 : end;
        if (quoted)
        {
            end--;
        }
        else
        {
            while (start > 0 && IsNamePart(_text[start - 1]))
            {
                start--;
            }

            if (start == end)
            {
                return true;
            }
        }

        var before = start - (quoted ? 2 : 1);
        return (before < 0 || _text[before] != '.') && _catalog.IsPlainlyHarmless(_text[start..end], quoted);
    }

    private static bool IsOperator(char c) => c is '=' or '<' or '>' or '+' or '-' or '*' or '/' or '%' or '!' or '|' or '@' or '#' or '&' or '^' or '~' or '?' or '`';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNamePart(char c) => PlainRead.IsNamePart(c);
}

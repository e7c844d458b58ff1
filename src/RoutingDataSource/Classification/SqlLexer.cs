using System.Buffers;
using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>Splits a text into tokens by PostgreSQL's lexical rules (manual chapter 4.1, <c>scan.l</c>). Allocates nothing, never recurses and
/// never goes back, so its time is linear whatever the text.</summary>
internal ref struct SqlLexer
{
    /// <summary>A dollar tag longer than this is not read: searching for a long tag in a text made of its prefixes would take quadratic
    /// time. PostgreSQL's own names end at 63 bytes.</summary>
    internal const int MaxDollarTag = 63;

    private static readonly SearchValues<char> CommentMarks = SearchValues.Create("*/\0");
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n\0");
    private static readonly SearchValues<char> QuoteOrBackslash = SearchValues.Create("'\\\0");
    private static readonly SearchValues<char> QuoteOrNul = SearchValues.Create("'\0");

    private readonly ReadOnlySpan<char> _text;
    private readonly bool _backslashEscapes;
    private int _position;

    public SqlLexer(ReadOnlySpan<char> text, bool standardConformingStrings)
    {
        _text = text;
        _backslashEscapes = !standardConformingStrings;
    }

    /// <summary>Gets the index of the current token's first character.</summary>
    public int Start { get; private set; }

    /// <summary>Gets the index behind the current token.</summary>
    public readonly int End => _position;

    public readonly int Length => _position - Start;

    /// <summary>Moves to the next token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TokenKind Next()
    {
        var text = _text;
        var i = _position;
        while ((uint)i < (uint)text.Length)
        {
            var c = text[i];
            if (c == ' ')
            {
                i++;
                continue;
            }

            Start = i;
            var cls = c < 128 ? CharTable.Class(c) : CharClass.Letter;
            if (cls == CharClass.Letter)
            {
                return ScanWord(text, i, c);
            }

            if (cls == CharClass.Space)
            {
                i++;
                continue;
            }

            if (cls >= CharClass.FirstSingle)
            {
                _position = i + 1;
                return CharTable.SingleKind(c);
            }

            if (cls == CharClass.DoubleQuote)
            {
                return ScanQuotedName(i, i + 1);
            }

            _position = i;
            var kind = NextSlow(c, cls);
            if (kind != TokenKind.End)
            {
                return kind;
            }

            i = _position; // a comment was skipped
        }

        Start = text.Length;
        _position = text.Length;
        return TokenKind.End;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TokenKind ScanWord(ReadOnlySpan<char> text, int start, char first)
    {
        var i = start + 1;
        while ((uint)i < (uint)text.Length && CharTable.IsNamePart(text[i]))
        {
            i++;
        }

        _position = i;
        if ((uint)i < (uint)text.Length && text[i] is '\'' or '&')
        {
            return WordBeforeQuote(start, i, first);
        }

        return TokenKind.Word;
    }

    /// <summary>A word that a quote follows directly may be a string's prefix.</summary>
    private TokenKind WordBeforeQuote(int start, int end, char first)
    {
        var text = _text;
        if (text[end] == '&')
        {
            if (end - start == 1 && (first | 0x20) == 'u' && end + 1 < text.Length)
            {
                if (text[end + 1] == '\'')
                {
                    // U&'…' is an error when standard_conforming_strings is off.
                    return _backslashEscapes ? Refuse(TokenKind.Ambiguous, end + 2) : ScanString(end + 2, backslash: false);
                }

                if (text[end + 1] == '"')
                {
                    var kind = ScanQuotedName(start, end + 2);
                    return kind == TokenKind.Unterminated ? kind : TokenKind.EncodedName;
                }
            }

            return TokenKind.Word;
        }

        if (end - start == 1)
        {
            switch (first | 0x20)
            {
                case 'e':
                    return ScanString(end + 1, backslash: true);
                case 'b' or 'x':
                    return ScanString(end + 1, backslash: false);
                case 'n':
                    return ScanString(end + 1, _backslashEscapes);
            }
        }

        // Npgsql takes any e that no letter precedes for the prefix of an escape string; the server reads the whole word as a name.
        if ((text[end - 1] | 0x20) == 'e' && !char.IsAsciiLetter(text[end - 2]))
        {
            return Refuse(TokenKind.Ambiguous, end);
        }

        return TokenKind.Word;
    }

    private TokenKind Refuse(TokenKind kind, int end)
    {
        _position = Math.Min(end, _text.Length);
        return kind;
    }

    private TokenKind Swallow()
    {
        _position = _text.Length;
        return TokenKind.Unterminated;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TokenKind ScanQuotedName(int start, int i)
    {
        var text = _text;
        Start = start;
        while ((uint)i < (uint)text.Length)
        {
            var c = text[i++];
            if (c == '"')
            {
                if ((uint)i < (uint)text.Length && text[i] == '"')
                {
                    return ScanEncodedName(i + 1);
                }

                _position = i;
                return i - start == 2 ? TokenKind.Ambiguous : TokenKind.QuotedName;
            }

            if (c == 0)
            {
                return Swallow();
            }
        }

        return Swallow();
    }

    private TokenKind ScanEncodedName(int i)
    {
        var text = _text;
        while (i < text.Length)
        {
            var c = text[i++];
            if (c == '"')
            {
                if (i < text.Length && text[i] == '"')
                {
                    i++;
                    continue;
                }

                _position = i;
                return TokenKind.EncodedName;
            }

            if (c == 0)
            {
                break;
            }
        }

        return Swallow();
    }

    /// <summary>Everything that is not a name, white space or a single character. <see cref="TokenKind.End"/> means that a comment was skipped.</summary>
    private TokenKind NextSlow(char c, CharClass cls)
    {
        var i = _position;
        switch (cls)
        {
            case CharClass.Digit:
                return ScanNumber(i);
            case CharClass.SingleQuote:
                return ScanString(i + 1, _backslashEscapes);
            case CharClass.Operator:
                return ScanOperator(i, c);
            case CharClass.Colon:
                return ScanColon(i);
            case CharClass.Dollar:
                return ScanDollar(i);
            case CharClass.Dot:
                if (i + 1 < _text.Length && char.IsAsciiDigit(_text[i + 1]))
                {
                    return ScanNumber(i);
                }

                if (i + 1 < _text.Length && _text[i + 1] == '.')
                {
                    return Refuse(TokenKind.Ambiguous, i + 2); // PL/pgSQL's range, never part of a query
                }

                _position = i + 1;
                return TokenKind.Dot;
            case CharClass.Nul:
                return Swallow();
            default:
                return Refuse(TokenKind.Ambiguous, i + 1);
        }
    }

    private TokenKind ScanString(int i, bool backslash)
    {
        var text = _text;
        var doubled = false;
        while (true)
        {
            var found = text[i..].IndexOfAny(backslash ? QuoteOrBackslash : QuoteOrNul);
            if (found < 0)
            {
                return Swallow();
            }

            i += found;
            var c = text[i];
            if (c == 0)
            {
                return Swallow();
            }

            if (c == '\\')
            {
                if (i + 1 >= text.Length || text[i + 1] == 0)
                {
                    return Swallow();
                }

                if (_backslashEscapes && text[i + 1] == '\'')
                {
                    // Npgsql splits statements and finds placeholders as if standard_conforming_strings were on.
                    return Swallow();
                }

                if (doubled)
                {
                    return Swallow(); // behind a doubled quote Npgsql reads the rest of an escape string as a plain one
                }

                i += 2;
                continue;
            }

            i++;
            if (i < text.Length && text[i] == '\'')
            {
                doubled = true;
                i++;
                continue;
            }

            if (backslash && ContinuesAt(i, out var next))
            {
                if (next < 0)
                {
                    return Refuse(TokenKind.Ambiguous, i);
                }

                i = next; // the second part is read by the rules of the first
                continue;
            }

            _position = i;
            return TokenKind.String;
        }
    }

    /// <summary>Whether a string goes on in another quoted part behind white space with a line break.</summary>
    /// <param name="i">The index behind the closing quote.</param>
    /// <param name="next">The index behind the next opening quote; -1 when a comment stands between, which is not read the same everywhere.</param>
    private readonly bool ContinuesAt(int i, out int next)
    {
        var text = _text;
        var line = false;
        while (i < text.Length && text[i] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
        {
            line |= text[i] is '\n' or '\r';
            i++;
        }

        next = i + 1;
        if (i < text.Length && text[i] == '\'' && line)
        {
            return true;
        }

        if (i + 1 < text.Length && text[i] == '-' && text[i + 1] == '-')
        {
            // Only a line comment may stand between; whether a quote follows it is not looked for.
            var end = text[i..].IndexOfAny('\r', '\n');
            if (end >= 0 && text[(i + end)..].TrimStart(" \t\r\n\f\v").StartsWith('\''))
            {
                next = -1;
                return true;
            }
        }

        return false;
    }

    private TokenKind ScanNumber(int i)
    {
        var text = _text;
        if (text[i] == '0' && i + 1 < text.Length && (text[i + 1] | 0x20) is 'x' or 'o' or 'b')
        {
            // 0x1F since 16; a number and a name before. Read as one token, it can hide nothing: a name directly behind a number is no call.
            i += 2;
            while (i < text.Length && (char.IsAsciiHexDigit(text[i]) || text[i] == '_'))
            {
                i++;
            }
        }
        else
        {
            i = SkipDigits(text, i);
            if (i < text.Length && text[i] == '.' && !(i + 1 < text.Length && text[i + 1] == '.'))
            {
                i = SkipDigits(text, i + 1);
            }

            if (i < text.Length && (text[i] | 0x20) == 'e')
            {
                var e = i + 1;
                if (e < text.Length && text[e] is '+' or '-')
                {
                    e++;
                }

                if (e < text.Length && char.IsAsciiDigit(text[e]))
                {
                    i = SkipDigits(text, e);
                }
            }
        }

        // "123abc" is an error since 15, a number and a name before.
        return i < text.Length && CharTable.IsNamePart(text[i]) ? Refuse(TokenKind.Ambiguous, i + 1) : Refuse(TokenKind.Number, i);
    }

    private static int SkipDigits(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '_'))
        {
            i++;
        }

        return i;
    }

    private TokenKind ScanDollar(int i)
    {
        var text = _text;
        var start = i++;
        if (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            while (i < text.Length && char.IsAsciiDigit(text[i]))
            {
                i++;
            }

            return i < text.Length && CharTable.IsNamePart(text[i]) ? Refuse(TokenKind.Ambiguous, i + 1) : Refuse(TokenKind.Parameter, i);
        }

        while (i < text.Length && i - start <= MaxDollarTag && text[i] != '$' && CharTable.IsNamePart(text[i]))
        {
            i++;
        }

        if (i >= text.Length || text[i] != '$')
        {
            return i - start > MaxDollarTag ? Swallow() : Refuse(TokenKind.Ambiguous, i);
        }

        i++;
        var tag = text[start..i];
        if (tag.IndexOfAnyExceptInRange('\0', '\x7f') >= 0)
        {
            return Swallow(); // Npgsql knows no tag beyond Latin-1
        }

        var end = text[i..].IndexOf(tag);
        if (end < 0 || text.Slice(i, end).Contains('\0'))
        {
            return Swallow(); // at most once in a text, so the failed search costs linear time
        }

        i += end + tag.Length;
        return Refuse(TokenKind.String, i);
    }

    private TokenKind ScanColon(int i)
    {
        var text = _text;
        if (i + 1 < text.Length)
        {
            var c = text[i + 1];
            if (c == ':')
            {
                return Refuse(TokenKind.Cast, i + 2);
            }

            if (c == '=')
            {
                return Refuse(TokenKind.Colon, i + 2);
            }

            if (CharTable.IsNamePart(c) && c != '$')
            {
                return ScanPlaceholder(i + 1);
            }
        }

        return Refuse(TokenKind.Colon, i + 1);
    }

    /// <summary>Reads the name of a placeholder. When the command has no parameter of that name, Npgsql leaves the text as it is and the server
    /// reads an operator and a name, so the token must be safe under both readings.</summary>
    private TokenKind ScanPlaceholder(int i)
    {
        var text = _text;
        Start = i;
        while (i < text.Length && CharTable.IsNamePart(text[i]))
        {
            i++;
        }

        _position = i;
        return i < text.Length && text[i] is '\'' or '"' || (i + 1 < text.Length && text[i] == '&' && text[i + 1] is '\'' or '"')
            ? TokenKind.Ambiguous
            : TokenKind.Placeholder;
    }

    private TokenKind ScanOperator(int i, char c)
    {
        var text = _text;
        if (i + 1 < text.Length)
        {
            var second = text[i + 1];
            if (c == '-' && second == '-')
            {
                return SkipLineComment(i);
            }

            if (c == '/' && second == '*')
            {
                return SkipBlockComment(i);
            }

            if (c == '@' && CharTable.IsNamePart(second) && second != '$')
            {
                return ScanPlaceholder(i + 1);
            }
        }

        var end = i + 1;
        while (end < text.Length && text[end] < 128 && CharTable.Class(text[end]) == CharClass.Operator)
        {
            // An operator ends where a comment begins.
            if (end + 1 < text.Length && ((text[end] == '-' && text[end + 1] == '-') || (text[end] == '/' && text[end + 1] == '*')))
            {
                break;
            }

            // "=@p" is an operator and a placeholder for Npgsql.
            if (text[end] == '@' && text[end - 1] != '@' && end + 1 < text.Length && CharTable.IsNamePart(text[end + 1]) && text[end + 1] != '$')
            {
                break;
            }

            end++;
        }

        _position = end;
        return TokenKind.Operator;
    }

    private TokenKind SkipLineComment(int i)
    {
        var rest = _text[i..];
        var end = rest.IndexOfAny(LineEnds);
        if (end >= 0 && rest[end] == 0)
        {
            return Swallow();
        }

        _position = end < 0 ? _text.Length : i + end;
        return TokenKind.End;
    }

    private TokenKind SkipBlockComment(int i)
    {
        var text = _text;
        var depth = 1;
        i += 2;
        while (true)
        {
            var found = text[i..].IndexOfAny(CommentMarks);
            if (found < 0)
            {
                return Swallow();
            }

            i += found;
            var c = text[i];
            if (c == 0 || i + 1 >= text.Length)
            {
                return Swallow();
            }

            if (c == '*' && text[i + 1] == '/')
            {
                i += 2;
                if (--depth == 0)
                {
                    _position = i;
                    return TokenKind.End;
                }
            }
            else if (c == '/' && text[i + 1] == '*')
            {
                i += 2;
                depth++;
            }
            else
            {
                i++;
            }
        }
    }
}

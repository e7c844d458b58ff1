using System.Buffers;

namespace ReplicaRouting.Classification;

/// <content>Numbers, placeholders, operators and the comments that begin like one.</content>
internal ref partial struct SqlLexer
{
    private static readonly SearchValues<char> CommentMarks = SearchValues.Create("*/\0");
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n\0");

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

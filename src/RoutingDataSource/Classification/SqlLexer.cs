using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>Splits a text into tokens by PostgreSQL's lexical rules (manual chapter 4.1, <c>scan.l</c>). Allocates nothing, never recurses and
/// never goes back, so its time is linear whatever the text.</summary>
internal ref partial struct SqlLexer
{
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
                    if (kind is TokenKind.Unterminated or TokenKind.Ambiguous)
                    {
                        return kind;
                    }

                    _position = EncodedName.EndWithEscape(text, _position);
                    return TokenKind.EncodedName;
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
}

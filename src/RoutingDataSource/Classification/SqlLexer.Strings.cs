using System.Buffers;
using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <content>What stands between quotes.</content>
internal ref partial struct SqlLexer
{
    /// <summary>A dollar tag longer than this is not read: searching for a long tag in a text made of its prefixes would take quadratic
    /// time. PostgreSQL's own names end at 63 bytes.</summary>
    internal const int MaxDollarTag = 63;

    private static readonly SearchValues<char> QuoteOrBackslash = SearchValues.Create("'\\\0");
    private static readonly SearchValues<char> QuoteOrNul = SearchValues.Create("'\0");

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

                if (text[i + 1] == '\'' && (_backslashEscapes || doubled))
                {
                    // Npgsql splits statements and finds placeholders as if standard_conforming_strings were on, and behind a doubled quote
                    // it reads the rest of an escape string as a plain one. Only an escaped quote is read differently.
                    return Swallow();
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
}

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ReplicaRouting.Classification;

/// <summary>Proves the plain majority of reads without looking at their structure.</summary>
/// <remarks>One SELECT without comments, without any of the few words by which a SELECT could write, lock or bring in another statement, whose
/// every name before a parenthesis is known to be harmless, is a read, whatever its clauses are; or it is no valid statement at all. What is
/// not as plain is left to <see cref="StatementScanner"/>. A test holds that this says yes only where that does.</remarks>
internal static class PlainRead
{
    // The range methods of spans allocate until they are compiled for the second time; search values do not.
    private static readonly SearchValues<char> Ordinary = SearchValues.Create(
        string.Create(0xD7FF, 0, static (span, _) => { for (var i = 0; i < span.Length; i++) span[i] = (char)(i + 1); }));

    private const byte Space = 1;
    private const byte Letter = 2;
    private const byte Digit = 3;
    private const byte DoubleQuote = 4;
    private const byte SingleQuote = 5;
    private const byte Open = 6;
    private const byte Close = 7;
    private const byte Separator = 8;
    private const byte Operator = 9;
    private const byte At = 10;
    private const byte Colon = 11;
    private const byte Dollar = 12;
    private const byte Semicolon = 13;
    private const byte Dot = 14;

    /// <summary>What a character begins; 0 is left to the scanner.</summary>
    private static ReadOnlySpan<byte> Classes =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 9, 4, 0, 12, 9, 0, 5, 6, 7, 9, 9, 8, 9, 14, 9, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 11, 13, 9, 9, 9, 0,
        10, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 8, 0, 8, 0, 2,
        0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 9, 0, 0, 0,
    ];

    private static ReadOnlySpan<byte> NameParts =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
        0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    ];

    /// <summary>For each first letter, the lengths of the words that are left to the scanner: into, insert, is_called, for, with, update, delete,
    /// merge, last_value, log_cnt.</summary>
    private static ReadOnlySpan<uint> StopLengths =>
    [
        0x0, 0x0, 0x0, 0x0, 0x40, 0x0, 0x8, 0x0, 0x0, 0x250, 0x0, 0x0, 0x480, 0x20, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x40, 0x0, 0x10, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0,
    ];

    /// <summary>Whether a text is a plain read. <see langword="false"/> says nothing.</summary>
    /// <param name="text">The text, from its first token on.</param>
    /// <param name="catalog">What is known of functions and tables.</param>
    internal static bool Proves(ReadOnlySpan<char> text, FunctionCatalog catalog)
    {
        return IsCandidate(text, catalog)
            && (Vector256.IsHardwareAccelerated ? PlainReadBlocks.Proves(text, catalog) : ProvesByCharacter(text, catalog));
    }

    /// <summary>Whether a text begins like a plain read and holds no character that is read differently somewhere.</summary>
    internal static bool IsCandidate(ReadOnlySpan<char> text, FunctionCatalog catalog) =>
        text.Length >= 8 && text[0] is 'S' or 's' && catalog.TrustsPlainReads
        && text[..6].Equals("select", StringComparison.OrdinalIgnoreCase) && !IsNamePart(text[6])
        && IsOrdinary(text);

    /// <summary>Whether a text has neither NUL nor surrogates, nor the private characters that nobody uses: they are left to the scanner.</summary>
    internal static bool IsOrdinary(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Ordinary);

    /// <summary>The same without vectors, which is what <see cref="PlainReadBlocks"/> must agree with.</summary>
    internal static bool ProvesByCharacter(ReadOnlySpan<char> text, FunctionCatalog catalog)
    {
        var suspects = catalog.HasSuspects;
        var depth = 0;
        var brackets = 0;
        var wordStart = 0; // of the name before the current token
        var wordEnd = 0; // 0: the token before is no name
        var qualified = false;
        var i = 6;
        while ((uint)i < (uint)text.Length)
        {
            var c = text[i];
            switch (c < 128 ? Classes[c] : Letter)
            {
                case Space:
                    i++;
                    continue;
                case Letter:
                    {
                        qualified = text[i - 1] == '.';
                        wordStart = i++;
                        while ((uint)i < (uint)text.Length && IsNamePart(text[i]))
                        {
                            i++;
                        }

                        wordEnd = i;
                        var length = i - wordStart;
                        if (((StopLengths[c & 31] >> length) & 1) != 0 && length < 32 && IsStopWord(text.Slice(wordStart, length)))
                        {
                            return false;
                        }

                        if ((c | 0x20) == 'p' && IsSystemName(text.Slice(wordStart, length)))
                        {
                            return false;
                        }

                        if ((uint)i < (uint)text.Length && text[i] == '\'')
                        {
                            return false; // may be a prefix
                        }

                        if ((suspects && catalog.IsSuspect(text.Slice(wordStart, length), quoted: false))
                            || (qualified && catalog.IsRefusedFunction(text.Slice(wordStart, length), quoted: false)))
                        {
                            return false;
                        }

                        continue;
                    }

                case DoubleQuote:
                    {
                        qualified = text[i - 1] == '.';
                        wordStart = ++i;
                        while ((uint)i < (uint)text.Length && text[i] != '"')
                        {
                            i++;
                        }

                        wordEnd = i++;
                        if ((uint)i >= (uint)text.Length ? wordEnd >= text.Length : text[i] == '"')
                        {
                            return false; // not closed, or with a doubled quote
                        }

                        var name = text[wordStart..wordEnd];
                        if (name.IsEmpty || ((name[0] | 0x20) is 'p' or 'i' or 'l' && IsSystemName(name)) || IsSequenceColumn(name)
                            || (suspects && catalog.IsSuspect(name, quoted: true)) || (qualified && catalog.IsRefusedFunction(name, quoted: true)))
                        {
                            return false;
                        }

                        continue;
                    }

                case Open:
                    if (wordEnd != 0)
                    {
                        if (qualified || !catalog.IsPlainlyHarmless(text[wordStart..wordEnd], text[wordStart - 1] == '"'))
                        {
                            return false;
                        }

                        wordEnd = 0;
                    }

                    depth++;
                    i++;
                    continue;
                case Close:
                    if (--depth < 0)
                    {
                        return false;
                    }

                    wordEnd = 0;
                    i++;
                    continue;
                case Separator:
                    wordEnd = 0;
                    i++;
                    if (c != ',' && (brackets += c == '[' ? 1 : -1) < 0)
                    {
                        return false;
                    }

                    continue;
                case Dot:
                    wordEnd = 0;
                    i++;
                    if (((uint)i < (uint)text.Length && text[i] is <= ' ' or '.') || IsBehindExpression(text, i - 1) || MayEndNumber(text, i - 1))
                    {
                        return false; // the name behind must see its dot
                    }

                    continue;
                case Digit:
                    wordEnd = 0;
                    i++;
                    while ((uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9)
                    {
                        i++;
                    }

                    if ((uint)i < (uint)text.Length && IsNamePart(text[i]))
                    {
                        return false;
                    }

                    continue;
                case SingleQuote:
                    {
                        wordEnd = 0;
                        var end = text[(i + 1)..].IndexOf('\'');
                        if (end < 0)
                        {
                            return false;
                        }

                        i += end + 2;
                        continue;
                    }

                case Operator:
                    wordEnd = 0;
                    if ((uint)(i + 1) < (uint)text.Length && !IsPlainOperator(text, ref i))
                    {
                        return false;
                    }

                    i++;
                    continue;
                case At:
                case Colon:
                    i++;
                    if ((uint)i >= (uint)text.Length)
                    {
                        return false;
                    }

                    if (c == ':' && text[i] == ':')
                    {
                        wordEnd = 0;
                        i++;
                        continue;
                    }

                    if (text[i] >= 128 || Classes[text[i]] is not (Letter or Digit))
                    {
                        return false;
                    }

                    var nameStart = i;
                    while ((uint)i < (uint)text.Length && IsNamePart(text[i]))
                    {
                        i++;
                    }

                    if (IsLeftToScanner(text[nameStart..i]))
                    {
                        return false;
                    }

                    // Npgsql leaves a placeholder without a parameter in the text, and "@f(x)" is then a call.
                    if ((uint)i < (uint)text.Length && (text[i] is '(' or '\'' or '"' or '.' or '&' || text[i] <= ' '))
                    {
                        var next = text[i..].TrimStart(" \t\r\n\f");
                        if (!next.IsEmpty && next[0] is '(' or '\'' or '"' or '.' or '&')
                        {
                            return false;
                        }
                    }

                    wordEnd = 0;
                    continue;
                case Dollar:
                    if (!IsParameter(text, i))
                    {
                        return false;
                    }

                    wordEnd = 0;
                    i++;
                    while ((uint)i < (uint)text.Length && (uint)(text[i] - '0') <= 9)
                    {
                        i++;
                    }

                    continue;
                case Semicolon:
                    return (depth | brackets) == 0 && text[(i + 1)..].TrimStart(" \t\r\n\f").IsEmpty;
                default:
                    return false;
            }
        }

        return (depth | brackets) == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNamePart(char c) => c >= 128 || NameParts[c] != 0;

    /// <summary>Whether a dot stands behind an expression: <c>(x).f</c> and <c>a[1].f</c> may be calls of f.</summary>
    internal static bool IsBehindExpression(ReadOnlySpan<char> text, int dot)
    {
        do
        {
            dot--;
        }
        while (dot > 0 && text[dot] is ' ' or '\t' or '\r' or '\n' or '\f');

        return text[dot] is ')' or ']';
    }

    /// <summary>Whether a dot between a digit and a letter belongs to a number: version 14 reads <c>1.e5into x</c> as a number and INTO.</summary>
    internal static bool MayEndNumber(ReadOnlySpan<char> text, int dot)
    {
        if (dot == 0 || dot + 1 >= text.Length || !char.IsAsciiDigit(text[dot - 1]) || char.IsAsciiDigit(text[dot + 1]) || !IsNamePart(text[dot + 1]))
        {
            return false;
        }

        var end = Math.Max(dot - 64, 0); // a longer name is left to the scanner, so that none is walked back over and over
        var start = dot - 1;
        while (start > end && IsNamePart(text[start - 1]))
        {
            start--;
        }

        return start == end || char.IsAsciiDigit(text[start]);
    }

    /// <summary>Whether a dollar sign begins a positional parameter that nothing is attached to: <c>$1.f</c> may be a call of f, and versions read
    /// <c>$1into</c> differently.</summary>
    internal static bool IsParameter(ReadOnlySpan<char> text, int dollar)
    {
        var end = dollar + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (end == dollar + 1 || (end < text.Length && IsNamePart(text[end])))
        {
            return false;
        }

        while (end < text.Length && text[end] is ' ' or '\t' or '\r' or '\n' or '\f')
        {
            end++;
        }

        return end == text.Length || text[end] != '.';
    }

    /// <summary>Whether an unquoted or quoted word may need its place in the statement to be judged.</summary>
    internal static bool IsLeftToScanner(ReadOnlySpan<char> word) =>
        (word.Length < 32 && ((StopLengths[word[0] & 31] >> word.Length) & 1) != 0 && IsStopWord(word)) || IsSystemName(word);

    /// <summary>Whether a word of this beginning and length cannot be one that is left to the scanner.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNoStopWord(char first, char second, int length) =>
        length < 32 && ((StopLengths[first & 31] >> length) & 1) == 0 && ((first | 0x20) != 'p' || (second | 0x20) != 'g');

    private static bool IsStopWord(ReadOnlySpan<char> word) => KeywordTable.Find(word) switch
    {
        SqlKeyword.Into or SqlKeyword.Insert or SqlKeyword.For or SqlKeyword.With or SqlKeyword.Update or SqlKeyword.Delete or SqlKeyword.Merge
            or SqlKeyword.LastValue or SqlKeyword.IsCalled or SqlKeyword.LogCnt => true,
        _ => false,
    };

    private static bool IsSystemName(ReadOnlySpan<char> name) =>
        name.Length > 3 && (name[0] | 0x20) == 'p' && (name[1] | 0x20) == 'g' && name[2] == '_';

    private static bool IsSequenceColumn(ReadOnlySpan<char> name) =>
        name.Length is 7 or 9 or 10 && KeywordTable.Find(name) >= SqlKeyword.LastValue;

    /// <summary>Whether an operator of one or two characters is one of the common ones; moves to its last character.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlainOperator(ReadOnlySpan<char> text, ref int i)
    {
        var (first, second) = (text[i], text[i + 1]);
        if (second >= 128 || (Classes[second] != Operator && second != '@'))
        {
            return (second is not ('#' or '&' or '^' or '~' or '?' or '`')) && first is not ('!' or '|');
        }

        if (second == '@')
        {
            return first == '='; // "=@p" is an operator and a placeholder
        }

        if ((first == '<' && second is '>' or '=') || (first == '>' && second == '=') || (first is '|' or '!' && second == (first == '|' ? '|' : '=')))
        {
            i++;
            return i + 1 == text.Length || text[i + 1] is not (< (char)128 and var third) || (Classes[third] != Operator && third != '@');
        }

        return false;
    }
}

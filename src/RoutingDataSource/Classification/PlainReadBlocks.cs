using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ReplicaRouting.Classification;

/// <summary><see cref="PlainRead"/> in blocks of 64 characters: vectors sort the characters into classes, and only those that can decide something
/// are looked at one by one.</summary>
internal ref struct PlainReadBlocks
{
    private const int BlockLength = 64;

    // Classes are found by looking up both halves of a character; a bit stays where both tables have it.
    private const byte LettersFirst = 1;   // rows 4 and 6: A to O
    private const byte LettersLast = 2;    // rows 5 and 7: P to Z
    private const byte Digits = 4;         // row 3
    private const byte Underscore = 8;     // row 5
    private const byte OperatorsLow = 16;  // row 2: ! % * + - /
    private const byte OperatorsHigh = 32; // row 3: < = >
    private const byte Marks = 64;         // row 2: ' ( ) $
    private const byte Quiet = 128;        // row 2: blank, double quote, comma, dot

    private static readonly Vector256<byte> LowHalf = Both(
        Digits | LettersLast | Quiet, Digits | LettersFirst | LettersLast | OperatorsLow, Digits | LettersFirst | LettersLast | Quiet,
        Digits | LettersFirst | LettersLast, Digits | LettersFirst | LettersLast | Marks, Digits | LettersFirst | LettersLast | OperatorsLow,
        Digits | LettersFirst | LettersLast, Digits | LettersFirst | LettersLast | Marks, Digits | LettersFirst | LettersLast | Marks,
        Digits | LettersFirst | LettersLast | Marks, LettersFirst | LettersLast | OperatorsLow, LettersFirst | OperatorsLow,
        LettersFirst | OperatorsHigh | Quiet, LettersFirst | OperatorsLow | OperatorsHigh, LettersFirst | OperatorsHigh | Quiet,
        LettersFirst | Underscore | OperatorsLow);

    private static readonly Vector256<byte> HighHalf = Both(
        0, 0, OperatorsLow | Marks | Quiet, Digits | OperatorsHigh, LettersFirst, LettersLast | Underscore, LettersFirst, LettersLast, 0, 0, 0, 0, 0, 0, 0, 0);

    // The first two letters of the words that are left to the scanner: in is fo wi up de me la lo pg.
    private const byte StopFirst46 = 1;
    private const byte StopFirst57 = 2;
    private const byte StopSecond46 = 4;
    private const byte StopSecond57 = 8;

    private static readonly Vector256<byte> StopLow = Both(
        StopFirst57 | StopSecond57, StopSecond46, 0, StopSecond57, StopFirst46, StopFirst57 | StopSecond46, StopFirst46, StopFirst57 | StopSecond46, 0,
        StopFirst46 | StopSecond46, 0, 0, StopFirst46, StopFirst46, StopSecond46, StopSecond46);

    private static readonly Vector256<byte> StopHigh = Both(
        0, 0, 0, 0, StopFirst46 | StopSecond46, StopFirst57 | StopSecond57, StopFirst46 | StopSecond46, StopFirst57 | StopSecond57, 0, 0, 0, 0, 0, 0, 0, 0);

    private readonly ReadOnlySpan<char> _text;
    private readonly FunctionCatalog _catalog;
    private int _depth;
    private int _brackets;
    private int _next; // where to go on behind a string

    private PlainReadBlocks(ReadOnlySpan<char> text, FunctionCatalog catalog)
    {
        _text = text;
        _catalog = catalog;
    }

    internal static bool Proves(ReadOnlySpan<char> text, FunctionCatalog catalog) => new PlainReadBlocks(text, catalog).Run();

    private bool Run()
    {
        var suspects = _catalog.HasSuspects;
        Span<char> tail = stackalloc char[BlockLength];
        ulong lastName = 0, lastOperator = 0, lastQuote = 0, lastDigit = 0, quoted = 0;
        for (var i = "select".Length; i < _text.Length;)
        {
            scoped ReadOnlySpan<char> block = _text[i..];
            if (block.Length < BlockLength)
            {
                tail.Fill(' ');
                block.CopyTo(tail);
                block = tail;
            }

            Load(block, out var low, out var high);
            var lowClass = Classify(low, LowHalf, HighHalf);
            var highClass = Classify(high, LowHalf, HighHalf);
            var names = Any(lowClass, highClass, LettersFirst | LettersLast | Digits | Underscore);
            var operators = Any(lowClass, highClass, OperatorsLow | OperatorsHigh);
            var events = Any(lowClass, highClass, Marks) | ~Any(lowClass, highClass, 0xFF);
            var quotes = Equal(low, high, '"');
            var dots = Equal(low, high, '.');

            // Bits from an opening quote to the character before its closing one.
            var inside = Prefix(quotes) ^ quoted;
            var starts = names & ~((names << 1) | lastName);
            var lowStop = Classify(low, StopLow, StopHigh);
            var highStop = Classify(high, StopLow, StopHigh);
            var second = (Any(lowStop, highStop, StopSecond46 | StopSecond57) >> 1) | (1UL << 63);
            var words = starts & Any(lowStop, highStop, StopFirst46 | StopFirst57) & second;
            var digits = Any(lowClass, highClass, Digits);
            var numbers = names & ~digits & ((digits << 1) | lastDigit); // a letter behind a digit
            var named = names | quotes;
            events |= (operators & ((operators << 1) | lastOperator)) | (dots & ~((named >> 1) & ((named << 1) | lastName | lastQuote))) | numbers
                | (dots & ((digits << 1) | lastDigit) & ((names & ~digits) >> 1));
            events = (events & ~inside) | words | (quotes & ((quotes << 1) | lastQuote));
            if (suspects)
            {
                events |= (starts & ~inside) | (quotes & inside);
            }

            _next = 0;
            while (events != 0)
            {
                var at = i + BitOperations.TrailingZeroCount(events);
                events &= events - 1;
                if (at >= _text.Length)
                {
                    break;
                }

                if (!IsHarmless(at, suspects && _text[at] == '"' && ((inside >> (at - i)) & 1) != 0))
                {
                    return false;
                }

                if (_next != 0)
                {
                    break;
                }
            }

            if (_next != 0)
            {
                i = _next;
                (lastName, lastOperator, lastQuote, lastDigit, quoted) = (0, 0, 0, 0, 0);
                continue;
            }

            i += BlockLength;
            lastName = names >> 63;
            lastOperator = operators >> 63;
            lastQuote = quotes >> 63;
            lastDigit = digits >> 63;
            quoted = (ulong)((long)inside >> 63);
        }

        return (_depth | _brackets) == 0 && quoted == 0;
    }

    /// <summary>Whether the character at an index, which may decide, leaves the text a plain read.</summary>
    private bool IsHarmless(int at, bool opensName)
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
                return opensName && IsHarmlessQuoted(at);
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
        return !PlainRead.IsLeftToScanner(word) && !(_catalog.HasSuspects && _catalog.IsSuspect(word, quoted: false));
    }

    private readonly bool IsHarmlessQuoted(int at)
    {
        var length = _text[(at + 1)..].IndexOf('"');
        return length > 0 && !_catalog.IsSuspect(_text.Slice(at + 1, length), quoted: true);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(scoped ReadOnlySpan<char> block, out Vector256<byte> low, out Vector256<byte> high)
    {
        ref var first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(block));
        low = Vector256.NarrowWithSaturation(Vector256.LoadUnsafe(ref first), Vector256.LoadUnsafe(ref first, 16));
        high = Vector256.NarrowWithSaturation(Vector256.LoadUnsafe(ref first, 32), Vector256.LoadUnsafe(ref first, 48));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Classify(Vector256<byte> text, Vector256<byte> lowHalf, Vector256<byte> highHalf) =>
        Shuffle(lowHalf, text & Vector256.Create((byte)0x0F)) & Shuffle(highHalf, (text.AsUInt16() >>> 4).AsByte() & Vector256.Create((byte)0x0F));

    /// <summary>Both halves of the table are the same, so it does not matter whether the look-up crosses them; not crossing is one instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Shuffle(Vector256<byte> table, Vector256<byte> index) =>
        Avx2.IsSupported ? Avx2.Shuffle(table, index) : Vector256.Shuffle(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Any(Vector256<byte> low, Vector256<byte> high, byte classes)
    {
        var mask = Vector256.Create(classes);
        return ~Bits(Vector256.Equals(low & mask, Vector256<byte>.Zero), Vector256.Equals(high & mask, Vector256<byte>.Zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Equal(Vector256<byte> low, Vector256<byte> high, char c)
    {
        var wanted = Vector256.Create((byte)c);
        return Bits(Vector256.Equals(low, wanted), Vector256.Equals(high, wanted));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> low, Vector256<byte> high) =>
        low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);

    /// <summary>Sets each bit to the parity of the bits up to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Prefix(ulong bits)
    {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }

    private static Vector256<byte> Both(params ReadOnlySpan<byte> half)
    {
        var one = Vector128.Create(half);
        return Vector256.Create(one, one);
    }
}

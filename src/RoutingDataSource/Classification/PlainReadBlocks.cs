using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ReplicaRouting.Classification;

/// <summary><see cref="PlainRead"/> in blocks of 64 characters: vectors sort the characters into classes, and only those that can decide something
/// are looked at one by one.</summary>
internal ref partial struct PlainReadBlocks
{
    private const int BlockLength = 64;

    // What may stand behind a placeholder: names, digits and ) , ; = < > + * : ]
    private const ulong BehindPlaceholderLow = 0x7FFF1E0000000000;
    private const ulong BehindPlaceholderHigh = 0x7FFFFFEA7FFFFFE;

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

    /// <summary>Proves a text by the widest vectors that the machine has.</summary>
    internal static bool Proves(ReadOnlySpan<char> text, FunctionCatalog catalog) =>
        Avx512Vbmi.IsSupported ? Proves<WideSorter>(text, catalog) : Proves<NarrowSorter>(text, catalog);

    internal static bool Proves<TSorter>(ReadOnlySpan<char> text, FunctionCatalog catalog)
        where TSorter : struct, ICharacterSorter => new PlainReadBlocks(text, catalog).Run<TSorter>();

    private bool Run<TSorter>()
        where TSorter : struct, ICharacterSorter
    {
        var text = _text;
        var suspects = _catalog.HasSuspects;
        ulong lastName = 0, lastOperator = 0, lastQuote = 0, lastDigit = 0, lastDot = 0, quoted = 0;
        for (var i = "select".Length; i < text.Length;)
        {
            CharacterMasks masks;
            var rest = text.Length - i;
            if (rest >= BlockLength)
            {
                TSorter.Sort(ref Unsafe.As<char, ushort>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), i)), out masks);
            }
            else if (text.Length >= BlockLength)
            {
                // The last 64 characters, of which those at the front have been seen.
                TSorter.Sort(ref Unsafe.As<char, ushort>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), text.Length - BlockLength)), out masks);
                masks.Skip(BlockLength - rest);
            }
            else
            {
                SortShort<TSorter>(text[i..], out masks);
            }

            var names = masks.Names;
            var quotes = masks.Quotes;

            // Bits from an opening quote to the character before its closing one.
            var inside = Prefix(quotes) ^ quoted;
            var starts = names & ~((names << 1) | lastName);
            var words = starts & masks.StopFirst & ((masks.StopSecond >> 1) | (1UL << 63));
            var afterDigit = (masks.Digits << 1) | lastDigit;
            var letters = names & ~masks.Digits;
            var named = names | quotes;
            var events = masks.Marks
                | (masks.Operators & ((masks.Operators << 1) | lastOperator))
                | (masks.Dots & (~((named >> 1) & ((named << 1) | lastName | lastQuote)) | (afterDigit & (letters >> 1))))
                | (letters & afterDigit);

            // Behind a dot the name may be a function's; those that are built in are written in lower case.
            var dotted = suspects ? ulong.MaxValue : (masks.Dots << 1) | lastDot;
            var unquoted = starts & ~inside & dotted;
            var opening = quotes & inside & dotted & (suspects ? ulong.MaxValue : ~(masks.Upper >> 1));
            var suspicious = (unquoted | opening) == 0 ? 0 : Suspicious(i, names, quotes, unquoted, opening, masks.Marks & inside);

            events = (events & ~inside) | words | (quotes & ((quotes << 1) | lastQuote)) | suspicious;
            _next = 0;
            while (events != 0)
            {
                var bit = BitOperations.TrailingZeroCount(events);
                var at = i + bit;
                events &= events - 1;
                if (at >= text.Length)
                {
                    break;
                }

                var c = text[at];
                if (((words >> bit) & 1) != 0)
                {
                    var length = BitOperations.TrailingZeroCount(~(names >> bit));
                    if (bit + length < BlockLength && length > 1 && ((suspicious >> bit) & 1) == 0 && PlainRead.IsNoStopWord(c, text[at + 1], length))
                    {
                        continue;
                    }
                }
                else if (c == ')')
                {
                    if (--_depth < 0)
                    {
                        return false;
                    }

                    continue;
                }
                else if (c == '\'' && IsStringInBlock(at, masks.Apostrophes >> bit, quotes >> bit, out var length))
                {
                    events = bit + length < BlockLength ? events & (ulong.MaxValue << (bit + length)) : 0;
                    continue;
                }
                else if (c is '@' or ':' && bit < BlockLength - 2 && IsPlainPlaceholder(at, c, names >> (bit + 1), BlockLength - 1 - bit))
                {
                    events &= text[at + 1] == ':' ? events - 1 : ulong.MaxValue;
                    continue;
                }

                if (!IsHarmless(at, (suspicious >> bit) & 1 & (quotes >> bit)))
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
                (lastName, lastOperator, lastQuote, lastDigit, lastDot, quoted) = (0, 0, 0, 0, 0, 0);
                continue;
            }

            i += BlockLength;
            lastName = names >> 63;
            lastOperator = masks.Operators >> 63;
            lastQuote = quotes >> 63;
            lastDigit = masks.Digits >> 63;
            lastDot = masks.Dots >> 63;
            quoted = (ulong)((long)inside >> 63);
        }

        return (_depth | _brackets) == 0 && quoted == 0;
    }

    /// <summary>Whether a string ends in the block that it begins in, without a double quote in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsStringInBlock(int at, ulong apostrophes, ulong quotes, out int length)
    {
        apostrophes &= apostrophes - 1;
        length = BitOperations.TrailingZeroCount(apostrophes) + 1;
        return apostrophes != 0 && (quotes & ((apostrophes & (0 - apostrophes)) - 1)) == 0 && !IsNamePart(_text[at - 1]);
    }

    /// <summary>Whether a colon or an at sign begins <c>::</c> or a placeholder, and nothing near it makes another reading possible.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool IsPlainPlaceholder(int at, char c, ulong name, int rest)
    {
        var text = _text;
        var before = text[at - 1];
        if (at + 1 >= text.Length)
        {
            return false;
        }

        if (c == ':' && text[at + 1] == ':')
        {
            return before is ')' or '"' or '\'' or ']' || (before < 128 && IsNamePart(before));
        }

        var length = BitOperations.TrailingZeroCount(~name);
        if (before is not (' ' or '(' or ',' or '\n') || length is 0 or > 31 || length == rest) // it may go on in the next block
        {
            return false;
        }

        var next = at + 1 + length;
        if (next < text.Length && text[next] is ' ' or '\n')
        {
            next++;
        }

        return next >= text.Length
            || (text[next] < 64 ? (BehindPlaceholderLow >> text[next]) & 1 : text[next] < 128 ? (BehindPlaceholderHigh >> text[next]) & 1 : 0) != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void SortShort<TSorter>(ReadOnlySpan<char> rest, out CharacterMasks masks)
        where TSorter : struct, ICharacterSorter
    {
        Span<char> block = stackalloc char[BlockLength];
        block.Fill(' ');
        rest.CopyTo(block);
        TSorter.Sort(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(block)), out masks);
    }

    /// <summary>Of the words that begin in a block, those whose name may need its place in the statement to be judged.</summary>
    private readonly ulong Suspicious(int block, ulong names, ulong quotes, ulong words, ulong opening, ulong odd)
    {
        var filter = _catalog.Suspects;
        var found = 0UL;
        for (; words != 0; words &= words - 1)
        {
            var start = BitOperations.TrailingZeroCount(words);
            var end = BitOperations.TrailingZeroCount(~(names >> start)) + start; // 64 when it goes on in the next block
            if (end >= BlockLength || filter.MayHold(_text[block + start], _text[block + end - 1], end - start))
            {
                found |= words & (0 - words);
            }
        }

        if (odd != 0)
        {
            return found | opening;
        }

        for (; opening != 0; opening &= opening - 1)
        {
            var start = BitOperations.TrailingZeroCount(opening);
            var end = start == BlockLength - 1 ? BlockLength : BitOperations.TrailingZeroCount(quotes >> (start + 1)) + start + 1;
            if (end >= BlockLength || end == start + 1 || filter.MayHold(_text[block + start + 1], _text[block + end - 1], end - start - 1))
            {
                found |= opening & (0 - opening);
            }
        }

        return found;
    }

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
}

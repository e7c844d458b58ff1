using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ReplicaRouting.Classification;

/// <summary>Sorts a block with vectors of 32 bytes. Classes are found by looking up both halves of a character; a bit stays where both tables have
/// it.</summary>
internal readonly struct NarrowSorter : ICharacterSorter
{
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sort(ref ushort block, out CharacterMasks masks)
    {
        var low = Vector256.NarrowWithSaturation(Vector256.LoadUnsafe(ref block), Vector256.LoadUnsafe(ref block, 16));
        var high = Vector256.NarrowWithSaturation(Vector256.LoadUnsafe(ref block, 32), Vector256.LoadUnsafe(ref block, 48));
        var lowClass = Classify(low, LowHalf, HighHalf);
        var highClass = Classify(high, LowHalf, HighHalf);
        masks.Names = Any(lowClass, highClass, LettersFirst | LettersLast | Digits | Underscore);
        masks.Digits = Any(lowClass, highClass, Digits);
        masks.Operators = Any(lowClass, highClass, OperatorsLow | OperatorsHigh);
        masks.Marks = (Any(lowClass, highClass, Marks) | ~Any(lowClass, highClass, 0xFF)) & ~Equal(low, high, '\n');
        masks.Quotes = Equal(low, high, '"');
        masks.Dots = Equal(low, high, '.');
        masks.Apostrophes = Equal(low, high, '\'');
        var (first, count) = (Vector256.Create((byte)'A'), Vector256.Create((byte)26));
        masks.Upper = Bits(Vector256.LessThan(low - first, count), Vector256.LessThan(high - first, count));
        var lowStop = Classify(low, StopLow, StopHigh);
        var highStop = Classify(high, StopLow, StopHigh);
        masks.StopFirst = Any(lowStop, highStop, StopFirst46 | StopFirst57);
        masks.StopSecond = Any(lowStop, highStop, StopSecond46 | StopSecond57);
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

    private static Vector256<byte> Both(params ReadOnlySpan<byte> half)
    {
        var one = Vector128.Create(half);
        return Vector256.Create(one, one);
    }
}

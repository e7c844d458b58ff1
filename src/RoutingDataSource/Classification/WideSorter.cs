using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ReplicaRouting.Classification;

/// <summary>Sorts a block with one look-up, where vectors have 64 bytes and tables 128.</summary>
internal readonly struct WideSorter : ICharacterSorter
{
    private const byte Name = 1;
    private const byte Digit = 2;
    private const byte Operator = 4;
    private const byte Mark = 8;
    private const byte First = 16;
    private const byte Second = 32;
    private const byte Quote = 64;
    private const byte Dot = 128;

    private const byte N = Name;
    private const byte D = Name | Digit;
    private const byte O = Operator;
    private const byte M = Mark;
    private const byte F = Name | First;
    private const byte S = Name | Second;
    private const byte B = Name | First | Second;

    /// <summary>Words that are left to the scanner begin with in is fo wi up de me la lo pg.</summary>
    private static ReadOnlySpan<byte> Table =>
    [
        M, M, M, M, M, M, M, M, M, 0, 0, M, 0, 0, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
        0, O, Quote, M, M, O, M, M, M, M, O, O, 0, O, Dot, O, D, D, D, D, D, D, D, D, D, D, M, M, O, O, O, M,
        M, S, N, N, F, S, F, S, N, B, N, N, F, F, S, S, B, N, N, S, N, F, N, F, N, N, N, M, M, M, M, N,
        M, S, N, N, F, S, F, S, N, B, N, N, F, F, S, S, B, N, N, S, N, F, N, F, N, N, N, M, M, M, M, M,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sort(ref ushort block, out CharacterMasks masks)
    {
        var text = Vector512.NarrowWithSaturation(Vector512.LoadUnsafe(ref block), Vector512.LoadUnsafe(ref block, 32));
        ref var table = ref MemoryMarshal.GetReference(Table);
        var classes = Avx512Vbmi.PermuteVar64x8x2(Vector512.LoadUnsafe(ref table), text, Vector512.LoadUnsafe(ref table, 64));
        var beyond = text.ExtractMostSignificantBits(); // not ASCII: what the look-up found says nothing
        var known = ~beyond;
        masks.Names = Test(classes, Name) & known;
        masks.Digits = Test(classes, Digit) & known;
        masks.Operators = Test(classes, Operator) & known;
        masks.Marks = Test(classes, Mark) | beyond;
        masks.Apostrophes = Vector512.Equals(text, Vector512.Create((byte)'\'')).ExtractMostSignificantBits();
        masks.Upper = Vector512.LessThan(text - Vector512.Create((byte)'A'), Vector512.Create((byte)26)).ExtractMostSignificantBits();
        masks.StopFirst = Test(classes, First);
        masks.StopSecond = Test(classes, Second);
        masks.Quotes = Test(classes, Quote) & known;
        masks.Dots = classes.ExtractMostSignificantBits() & known;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Test(Vector512<byte> classes, byte bit) =>
        ~Vector512.Equals(classes & Vector512.Create(bit), Vector512<byte>.Zero).ExtractMostSignificantBits();
}

using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>The characters of a block of 64, sorted: one bit for each character.</summary>
internal struct CharacterMasks
{
    /// <summary>Letters, digits and underscores.</summary>
    internal ulong Names;

    internal ulong Digits;

    internal ulong Operators;

    /// <summary>What has to be looked at one by one.</summary>
    internal ulong Marks;

    internal ulong Quotes;

    internal ulong Dots;

    internal ulong Apostrophes;

    /// <summary>Letters in upper case.</summary>
    internal ulong Upper;

    /// <summary>Letters with which a word begins that is left to the scanner.</summary>
    internal ulong StopFirst;

    /// <summary>Second letters of such words.</summary>
    internal ulong StopSecond;

    /// <summary>Lets a block begin later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Skip(int characters)
    {
        Names >>= characters;
        Digits >>= characters;
        Operators >>= characters;
        Marks >>= characters;
        Quotes >>= characters;
        Dots >>= characters;
        Apostrophes >>= characters;
        Upper >>= characters;
        StopFirst >>= characters;
        StopSecond >>= characters;
    }
}

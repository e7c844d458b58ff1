using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>Finds a <see cref="SqlKeyword"/> by its word, in any case, through a perfect hash over the word's packed letters.</summary>
internal static class KeywordTable
{
    private const int Bits = 10;
    private static readonly ulong Multiplier;
    private static readonly Slot[] Slots;

    static KeywordTable()
    {
        var words = new List<(ulong Low, ulong High, SqlKeyword Word)>();
        foreach (var keyword in Enum.GetValues<SqlKeyword>())
        {
            if (keyword == SqlKeyword.None)
            {
                continue;
            }

            var text = keyword switch
            {
                SqlKeyword.LastValue => "last_value",
                SqlKeyword.IsCalled => "is_called",
                SqlKeyword.LogCnt => "log_cnt",
                _ => keyword.ToString(),
            };
            words.Add((Pack(text, 0), Pack(text, 8), keyword));
        }

        words.Add((Pack("analyse", 0), 0, SqlKeyword.Analyze));
        (Multiplier, Slots) = Build(words);
    }

    /// <summary>Finds the keyword that a word is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static SqlKeyword Find(ReadOnlySpan<char> word)
    {
        if (word.Length is < 2 or > 12)
        {
            return SqlKeyword.None;
        }

        var low = Pack(word, 0);
        ref readonly var slot = ref Slots[(int)((low * Multiplier) >> (64 - Bits))];
        return slot.Low == low && slot.High == (word.Length > 8 ? Pack(word, 8) : 0) ? slot.Word : SqlKeyword.None;
    }

    /// <summary>Packs up to eight characters into as many bytes, letters in lower case. A character beyond ASCII gives what no keyword has.</summary>
    private static ulong Pack(ReadOnlySpan<char> word, int from)
    {
        ulong packed = 0;
        var end = Math.Min(word.Length, from + 8);
        for (var i = from; i < end; i++)
        {
            var c = word[i];
            packed = (packed << 8) | (c < 128 ? (ulong)(c | 0x20) : 0xFF);
        }

        return packed;
    }

    private static (ulong Multiplier, Slot[] Slots) Build(List<(ulong Low, ulong High, SqlKeyword Word)> words)
    {
        // Starting from a fixed odd number, so that every process finds the same one.
        for (var multiplier = 0x9E3779B97F4A7C15UL; ; multiplier += 0x9E3779B97F4A7C16UL)
        {
            var slots = new Slot[1 << Bits];
            var clash = false;
            foreach (var (low, high, word) in words)
            {
                ref var slot = ref slots[(int)((low * multiplier) >> (64 - Bits))];
                if (slot.Word != SqlKeyword.None)
                {
                    clash = true;
                    break;
                }

                slot = new Slot(low, high, word);
            }

            if (!clash)
            {
                return (multiplier, slots);
            }
        }
    }

    private readonly record struct Slot(ulong Low, ulong High, SqlKeyword Word);
}

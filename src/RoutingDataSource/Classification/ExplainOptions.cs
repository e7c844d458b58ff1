using System.Collections.Frozen;

namespace ReplicaRouting.Classification;

/// <summary>The options of EXPLAIN in PostgreSQL 14 to 19. Extensions may add more since 18; those are not understood.</summary>
internal static class ExplainOptions
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names = new[]
    {
        "analyze", "analyse", "verbose", "costs", "settings", "generic_plan", "buffers", "serialize", "wal", "timing", "summary", "memory", "format", "io",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    internal static bool Knows(ReadOnlySpan<char> option) => Names.Contains(option);
}

namespace ReplicaRouting.Classification;

/// <summary>The options of EXPLAIN in PostgreSQL 14 to 19. Extensions may add more since 18; those are not understood.</summary>
internal static class ExplainOptions
{
    private static readonly NameTable Names = NameTable.Of(
        "analyze", "analyse", "verbose", "costs", "settings", "generic_plan", "buffers", "serialize", "wal", "timing", "summary", "memory", "format", "io");

    internal static bool Knows(ReadOnlySpan<char> option) => Names.Contains(option, quoted: false);
}

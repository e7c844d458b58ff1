namespace ReplicaRouting.Classification;

/// <summary>What the application said about its own names, and how its server reads string literals.</summary>
internal sealed record ClassificationOptions
{
    /// <summary>Exact names (<c>f</c>, <c>schema.f</c>) or whole schemas (<c>schema.*</c>) of functions that are harmless on a replica.</summary>
    public IReadOnlyList<string> ReadOnlyFunctions { get; init; } = [];

    /// <summary>Names of functions that must run on the primary.</summary>
    public IReadOnlyList<string> WriteFunctions { get; init; } = [];

    /// <summary>Names of tables whose reads stay on the primary.</summary>
    public IReadOnlyList<string> PrimaryTables { get; init; } = [];

    /// <summary>The server's setting of that name; PostgreSQL's default is on.</summary>
    public bool StandardConformingStrings { get; init; } = true;
}

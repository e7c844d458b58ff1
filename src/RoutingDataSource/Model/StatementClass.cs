namespace ReplicaRouting;

/// <summary>What a text was proven to be, and the token that decided.</summary>
public readonly record struct StatementClass
{
    /// <summary>Gets whether every statement of the text is proven to be harmless on a replica.</summary>
    public bool IsReadOnly => Reason == RouteReason.ProvenRead;

    /// <summary>Gets whether the text is to be taken for a write when it runs on the primary: not a read that is there because a hint asks for it.</summary>
    internal bool MayWrite => Reason is not (RouteReason.ProvenRead or RouteReason.HintPrimary);

    /// <summary>Gets why. <see cref="RouteReason.ProvenRead"/> for reads; the default is <see cref="RouteReason.NotUnderstood"/>.</summary>
    public RouteReason Reason { get; init; }

    /// <summary>Gets the index in the text of the token that decided; 0 when none did.</summary>
    public int TokenStart { get; init; }

    /// <summary>Gets the length in characters of the token that decided; 0 when none did.</summary>
    public int TokenLength { get; init; }

    /// <summary>Gets what the text leaves behind on its connection.</summary>
    public SessionEffect SessionEffect { get; init; }

    /// <summary>Gets what a comment before the first token asks for.</summary>
    public RouteHint Hint { get; init; }

    /// <summary>Gets whether the text names a function that reaches outside the database (dblink and its like), so that even a refused
    /// run may have had an effect and the text is never run twice.</summary>
    public bool ReachesOutside { get; init; }

    /// <summary>Returns the token that decided.</summary>
    /// <param name="sql">The text that was classified.</param>
    /// <returns>The part of <paramref name="sql"/>, empty when no token decided.</returns>
    public ReadOnlySpan<char> Token(ReadOnlySpan<char> sql) =>
        TokenStart <= sql.Length && TokenStart + TokenLength <= sql.Length ? sql.Slice(TokenStart, TokenLength) : default;
}

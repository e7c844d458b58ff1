namespace ReplicaRouting.Selection;

/// <summary>The bounds that a replica must keep to serve reads.</summary>
/// <param name="MaxLag">Longest delay; <see langword="null"/> for none.</param>
/// <param name="MaxLagBytes">Most bytes not replayed yet; <see langword="null"/> for none.</param>
internal sealed record SelectionBounds(TimeSpan? MaxLag, long? MaxLagBytes);

namespace ReplicaRouting.Classification;

/// <summary>What has to be known again when a parenthesis closes.</summary>
/// <param name="Kind">What the enclosing level was.</param>
/// <param name="Clause">Where the enclosing level stood.</param>
internal readonly record struct Frame(FrameKind Kind, Clause Clause);

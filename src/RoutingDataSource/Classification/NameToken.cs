namespace ReplicaRouting.Classification;

/// <summary>Where a name stands in the text.</summary>
internal readonly record struct NameToken(int Start, int Length, TokenKind Kind);

namespace ReplicaRouting.Tool.Check;

/// <summary>One result of the check.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Node">Whom it concerns; <see langword="null"/> for all.</param>
/// <param name="What">What was found.</param>
/// <param name="Advice">What to do; <see langword="null"/> when there is nothing to do.</param>
internal sealed record Finding(FindingLevel Level, string? Node, string What, string? Advice = null);

namespace ReplicaRouting;

/// <summary>What a server said of itself.</summary>
/// <param name="Role">Whether it accepts writes.</param>
/// <param name="Position">The insert position of a primary, the replay position of a replica; <see langword="null"/> when it cannot tell,
/// in which case the delay is all that is known of a replica's lag and read-your-writes falls back to the primary.</param>
public readonly record struct NodeProbeResult(NodeRole Role, WalPosition? Position)
{
    /// <summary>Gets what identifies the cluster; <see langword="null"/> when the service hides it, in which case it is not compared.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Gets the timeline of a primary, or the one that a replica receives from its sender; <see langword="null"/> when it is unknown.
    /// Of two nodes that accept writes the higher one is the primary; a replica of a lower one serves nothing.</summary>
    public int? Timeline { get; init; }

    /// <summary>Gets a timeline that a replica is known to have reached, though it may have gone further; <see langword="null"/> when unknown.</summary>
    public int? ReachedTimeline { get; init; }

    /// <summary>Gets a replica's own measure of its lag; <see langword="null"/> to have it derived from positions.</summary>
    public TimeSpan? Delay { get; init; }
}

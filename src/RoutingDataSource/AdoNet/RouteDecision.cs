namespace ReplicaRouting.AdoNet;

/// <summary>Where one execution goes.</summary>
internal readonly record struct RouteDecision(RouteTarget Target, int Node, RouteReason Reason)
{
    /// <summary>Whether the text is a proven read in autocommit: only such a command may run elsewhere after a failure.</summary>
    public bool IsFreeRead { get; init; }

    /// <summary>What the replica must replay before the read runs on it; default for nothing to wait for.</summary>
    public WalPosition WaitFor { get; init; }

    /// <summary>In shadow mode, why the read would have gone where it would; <see langword="null"/> when it went where it belongs.</summary>
    public RouteReason? ShadowReason { get; init; }

    /// <summary>In shadow mode, the replica that the read would have gone to; -1 for the primary.</summary>
    public int ShadowNode { get; init; }

    /// <summary>Whether another node was tried first.</summary>
    public bool WasRerun { get; init; }
}

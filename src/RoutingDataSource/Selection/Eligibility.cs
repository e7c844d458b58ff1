namespace ReplicaRouting.Selection;

/// <summary>Which nodes may serve reads.</summary>
internal static class Eligibility
{
    /// <summary>Says why a node may not serve reads now.</summary>
    /// <param name="node">The node.</param>
    /// <param name="bounds">The bounds on lag.</param>
    /// <returns>The reason, or <see langword="null"/> when it may.</returns>
    public static Rejection? Reject(NodeSnapshot node, SelectionBounds bounds) => node switch
    {
        { IsReachable: false } or { IsForeign: true } or { Role: NodeRole.Unknown } => Rejection.Unreachable,
        { Role: not NodeRole.Replica } => Rejection.NotReplica,
        { IsDrained: true } => Rejection.Drained,
        { Lag: null } or { FollowsPrimary: false } => Rejection.LagUnknown,
        { Lag.Delay: null } when bounds.MaxLag is not null => Rejection.LagUnknown,
        { Lag.Delay: var delay } when delay > bounds.MaxLag => Rejection.Lagging,
        { Lag.Bytes: var bytes } when bytes > bounds.MaxLagBytes => Rejection.Lagging,
        _ => null,
    };
}

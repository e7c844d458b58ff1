namespace ReplicaRouting.Topology;

/// <summary>Who is the primary, as concluded from what the nodes say. A pure function of the states and the previous conclusion.</summary>
/// <param name="Index">Index of the primary, or -1.</param>
/// <param name="Epoch">Grows with each change of primary.</param>
/// <param name="Timeline">The highest timeline that a primary had; a writable node of a lower one was replaced and is not taken back.</param>
/// <param name="SystemIdentifier">What identifies the cluster; the first primary's.</param>
/// <param name="LastIndex">The last primary, also while it is away.</param>
/// <param name="Problem">Why there is none, when two claim to be it.</param>
internal sealed record PrimaryElection(int Index, int Epoch, int? Timeline, string? SystemIdentifier, int LastIndex, string? Problem)
{
    public static PrimaryElection None { get; } = new(-1, 0, null, null, -1, null);

    // One missed probe may be a hiccup of ours: the primary is given up at the second, or when nobody listens there any more.
    private const int MissesBeforeLoss = 2;

    /// <summary>Concludes anew.</summary>
    /// <param name="states">What the nodes say.</param>
    /// <param name="isGraceOver">Whether every node had the time to answer. Before each has or had, only the one that the application named can
    /// be trusted to be the primary.</param>
    public PrimaryElection Next(IReadOnlyList<NodeState> states, bool isGraceOver = false)
    {
        var isSettled = isGraceOver || states.All(state => state.WasAsked);
        var identity = SystemIdentifier ?? states.FirstOrDefault(IsDeclaredPrimary)?.Snapshot.SystemIdentifier;
        var best = -1;
        var tied = -1;
        for (var i = 0; i < states.Count; i++)
        {
            if (!IsCandidate(states[i], i, identity) || !(isSettled || LastIndex >= 0 || IsDeclaredPrimary(states[i])))
                continue;
            var order = best < 0 ? 1 : Compare(states[i].Snapshot.Timeline, states[best].Snapshot.Timeline);
            if (order > 0)
                (best, tied) = (i, -1);
            else if (order == 0)
                tied = i;
        }

        if (best < 0)
            return this with { Index = -1, Problem = null };
        if (tied >= 0)
        {
            return this with
            {
                Index = -1,
                Problem = $"nodes {states[best].Node.Name} and {states[tied].Node.Name} both accept writes and neither has the higher timeline",
            };
        }

        var timeline = states[best].Snapshot.Timeline ?? Timeline;
        var isNew = best != LastIndex || timeline != Timeline;
        return new(best, isNew ? Epoch + 1 : Epoch, timeline, SystemIdentifier ?? states[best].Snapshot.SystemIdentifier, best, null);
    }

    private static bool IsDeclaredPrimary(NodeState state) =>
        state.Node.ExpectedRole == NodeRole.Primary && state.Snapshot.Role == NodeRole.Primary;

    private bool IsCandidate(NodeState state, int index, string? identity)
    {
        var node = state.Snapshot;
        if (node.Role != NodeRole.Primary || Compare(node.Timeline, Timeline) < 0)
            return false;
        if (identity is not null && node.SystemIdentifier is not null && node.SystemIdentifier != identity)
            return false;
        return node.IsReachable || (index == Index && !state.IsGone && node.Failures < MissesBeforeLoss);
    }

    // An unknown timeline is neither higher nor lower.
    private static int Compare(int? left, int? right) => left is { } l && right is { } r ? l.CompareTo(r) : 0;
}

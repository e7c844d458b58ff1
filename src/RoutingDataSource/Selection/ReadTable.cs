namespace ReplicaRouting.Selection;

/// <summary>One snapshot, prepared for choosing: who is eligible and in which order reads go round. Immutable; made once per snapshot so
/// that a choice costs the same for 1 node and for 32.</summary>
internal sealed class ReadTable
{
    private readonly NodeSnapshot[] _nodes;
    private readonly bool[] _isEligible;

    private ReadTable(ClusterSnapshot snapshot, NodeSnapshot[] nodes, bool[] isEligible, int[] cycle, RouteReason whyNone, string key)
    {
        Snapshot = snapshot;
        _nodes = nodes;
        _isEligible = isEligible;
        Cycle = cycle;
        WhyNone = whyNone;
        CycleKey = key;
        LeastReplayed = cycle.Length == 0 ? default : cycle.Min(index => nodes[index].Position ?? default);
    }

    public ClusterSnapshot Snapshot { get; }

    /// <summary>Node indexes in the order of a smooth weighted round robin; empty when no replica is eligible. Each index stands in it as
    /// often as its weight says.</summary>
    public int[] Cycle { get; }

    /// <summary>Why the cycle is empty.</summary>
    public RouteReason WhyNone { get; }

    /// <summary>What the least advanced of the nodes in the cycle has replayed: a floor at or below it rejects nobody.</summary>
    public WalPosition LeastReplayed { get; }

    private string CycleKey { get; }

    /// <summary>Prepares a snapshot.</summary>
    /// <param name="snapshot">What is known.</param>
    /// <param name="bounds">The bounds on lag.</param>
    /// <param name="previous">The table of the snapshot before, whose cycle is kept when nothing that shapes it has changed.</param>
    public static ReadTable Create(ClusterSnapshot snapshot, SelectionBounds bounds, ReadTable? previous)
    {
        NodeSnapshot[] nodes = [.. snapshot.Nodes];
        var rejections = Array.ConvertAll(nodes, node => Eligibility.Reject(node, bounds));
        var isEligible = Array.ConvertAll(rejections, rejection => rejection is null);
        var weights = new int[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
            weights[i] = isEligible[i] ? nodes[i].Weight * nodes[i].WarmUp : 0;
        if (Array.TrueForAll(weights, weight => weight == 0))
        {
            for (var i = 0; i < nodes.Length; i++)
                weights[i] = isEligible[i] ? 1 : 0; // weight 0: only when nobody else is left
        }

        var key = string.Join(',', weights);
        var cycle = previous?.CycleKey == key ? previous.Cycle : WeightedCycle.Create(weights);
        return new(snapshot, nodes, isEligible, cycle, WhyNobody(rejections), key);
    }

    public bool IsEligible(int node) => _isEligible[node];

    /// <summary>Whether the node is known to have replayed a position.</summary>
    public bool HasReplayed(int node, WalPosition floor) => _nodes[node].Position is { } position && position >= floor;

    /// <summary>Chooses the node at a place of the cycle or, when it has not replayed the floor, the next one that has.</summary>
    /// <param name="ticket">The place; taken modulo the cycle's length.</param>
    /// <param name="floor">What the node must have replayed.</param>
    /// <returns>The node's index, or -1 when none has.</returns>
    public int Choose(uint ticket, WalPosition floor)
    {
        var cycle = Cycle;
        if (cycle.Length == 0)
            return -1;
        var start = (int)(ticket % (uint)cycle.Length);
        if (floor <= LeastReplayed)
            return cycle[start];
        for (var i = 0; i < cycle.Length; i++)
        {
            var place = start + i;
            var node = cycle[place < cycle.Length ? place : place - cycle.Length];
            if (HasReplayed(node, floor))
                return node;
        }

        return -1;
    }

    /// <summary>Chooses the node with the fewest connections in use in proportion to its weight.</summary>
    public int ChooseLeastInUse(ReadOnlySpan<int> inUse, WalPosition floor)
    {
        var best = -1;
        for (var i = 0; i < _nodes.Length; i++)
        {
            if (!_isEligible[i] || (Cycle.Length > 0 && !InCycle(i)) || !(floor <= LeastReplayed || HasReplayed(i, floor)))
                continue;
            // a/wa < b/wb without division; the earlier node keeps a tie
            if (best < 0 || (long)inUse[i] * Share(best) < (long)inUse[best] * Share(i))
                best = i;
        }

        return best;
    }

    /// <summary>Finds the replica that has replayed most, whatever the bounds on lag say.</summary>
    /// <param name="floor">What it must have replayed.</param>
    /// <returns>The node's index, or -1 when no replica that answers has.</returns>
    public int LeastStale(WalPosition floor)
    {
        var best = -1;
        for (var i = 0; i < _nodes.Length; i++)
        {
            if (MayBeStale(i, floor) && (best < 0 || _nodes[i].Position > _nodes[best].Position))
                best = i;
        }

        return best;
    }

    /// <summary>Whether a node may serve a read that does not mind the bounds on lag.</summary>
    /// <param name="node">The node.</param>
    /// <param name="floor">What it must have replayed.</param>
    public bool MayBeStale(int node, WalPosition floor) =>
        _nodes[node] is { IsReachable: true, IsForeign: false, IsDrained: false, FollowsPrimary: true, Role: NodeRole.Replica } replica && (replica.Position ?? default) >= floor;

    /// <summary>Chooses another node than one that a read was lost on, by weight. One of weight 0 serves when nobody else is left.</summary>
    /// <param name="lost">The node that is not asked again.</param>
    /// <param name="ticket">The place in the cycle.</param>
    /// <param name="floor">What the node must have replayed.</param>
    /// <returns>The node's index, or -1 when none will do.</returns>
    public int ChooseOther(int lost, uint ticket, WalPosition floor)
    {
        var others = Array.FindAll(Cycle, node => node != lost);
        if (others.Length == 0)
            others = [.. Enumerable.Range(0, _nodes.Length).Where(node => node != lost && _isEligible[node])];
        for (var i = 0; i < others.Length; i++)
        {
            var node = others[(ticket + (uint)i) % (uint)others.Length];
            if (floor == default || HasReplayed(node, floor))
                return node;
        }

        return -1;
    }

    private bool InCycle(int node) => _nodes[node].Weight > 0 || Array.TrueForAll(_nodes, each => each.Weight == 0 || !_isEligible[each.Index]);

    private int Share(int node) => Math.Max(1, _nodes[node].Weight * _nodes[node].WarmUp);

    private static RouteReason WhyNobody(Rejection?[] rejections)
    {
        // The nearest miss explains best: a replica that answers but lags says more than one that is gone.
        if (rejections.Any(rejection => rejection is Rejection.Lagging or Rejection.LagUnknown))
            return RouteReason.ReplicasLagging;
        return rejections.Any(rejection => rejection is Rejection.Unreachable) ? RouteReason.ReplicasUnreachable : RouteReason.NoReplica;
    }
}

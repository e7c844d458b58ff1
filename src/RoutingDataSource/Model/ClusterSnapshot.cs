namespace ReplicaRouting;

/// <summary>What is known of all servers at one moment. Immutable; a new one is published after each probe.</summary>
public sealed class ClusterSnapshot
{
    internal ClusterSnapshot(long version, IReadOnlyList<NodeSnapshot> nodes, int primaryIndex, int epoch, int? timeline, string? primaryProblem)
    {
        Version = version;
        Nodes = nodes;
        PrimaryIndex = primaryIndex;
        Epoch = epoch;
        Timeline = timeline;
        PrimaryProblem = primaryProblem;
    }

    /// <summary>Gets a number that grows with each snapshot.</summary>
    public long Version { get; }

    /// <summary>Gets the nodes in the order in which they were configured.</summary>
    public IReadOnlyList<NodeSnapshot> Nodes { get; }

    /// <summary>Gets the node that takes the writes; <see langword="null"/> while none is known or two claim to be it.</summary>
    public NodeSnapshot? Primary => PrimaryIndex < 0 ? null : Nodes[PrimaryIndex];

    /// <summary>Gets the nodes that are in recovery.</summary>
    public IEnumerable<NodeSnapshot> Replicas => Nodes.Where(node => node.Role == NodeRole.Replica);

    /// <summary>Index of the primary in <see cref="Nodes"/>, or -1.</summary>
    internal int PrimaryIndex { get; }

    /// <summary>Grows whenever another server becomes the primary: positions of different epochs are not compared.</summary>
    internal int Epoch { get; }

    /// <summary>The timeline of the last primary, also while it is away.</summary>
    internal int? Timeline { get; }

    /// <summary>Why there is no primary, when the reason is more than that none answers.</summary>
    internal string? PrimaryProblem { get; }

    /// <summary>Says of each node what it is, for a log: <c>db1: primary; db2: replica, 0 bytes behind</c>.</summary>
    /// <returns>One line. Holds no secret.</returns>
    public override string ToString() => string.Join("; ", Nodes.Select(node => $"{node.Name}: {Describe(node)}"));

    private static string Describe(NodeSnapshot node) => node switch
    {
        { IsForeign: true } => "belongs to another cluster",
        { IsReachable: false, FailureMessage: { } failure } => $"unreachable, {failure}",
        { Role: NodeRole.Unknown } => "not probed yet",
        { Role: NodeRole.Replica, IsDrained: true } => "replica, drained",
        { Role: NodeRole.Replica, Lag: { } lag } => $"replica, {lag.Bytes} bytes behind",
        { Role: NodeRole.Replica } => "replica, its lag is not known",
        _ => node.Role.ToString().ToLowerInvariant(),
    };
}

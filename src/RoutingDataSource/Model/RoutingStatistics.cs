namespace ReplicaRouting;

/// <summary>What a data source does now, and has done lately. Immutable.</summary>
public sealed class RoutingStatistics
{
    internal RoutingStatistics(ClusterSnapshot cluster, IReadOnlyList<NodeStatistics> nodes, TimeSpan counted, int primaryFallbacks, int? primaryFallbackLimit)
    {
        Cluster = cluster;
        Nodes = nodes;
        Counted = counted;
        PrimaryFallbacks = primaryFallbacks;
        PrimaryFallbackLimit = primaryFallbackLimit;
    }

    /// <summary>Gets what is known of all servers.</summary>
    public ClusterSnapshot Cluster { get; }

    /// <summary>Gets the nodes in the order in which they were configured.</summary>
    public IReadOnlyList<NodeStatistics> Nodes { get; }

    /// <summary>Gets for how long commands have been counted; zero at the first look.</summary>
    public TimeSpan Counted { get; }

    /// <summary>Gets how many reads run on the primary now because no replica can serve them.</summary>
    public int PrimaryFallbacks { get; }

    /// <summary>Gets how many there may be; <see langword="null"/> for no limit.</summary>
    public int? PrimaryFallbackLimit { get; }

    /// <summary>Gets whether any node serves reads beside the primary.</summary>
    public bool HasReplica => Nodes.Any(node => node.Standing == NodeStanding.ServesReads);
}

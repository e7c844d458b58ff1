namespace ReplicaRouting.Tests.Infrastructure;

/// <summary>Nodes and clusters in any state.</summary>
internal static class Snapshots
{
    /// <summary>A replica that answers and is level with a primary at position 1000.</summary>
    public static NodeSnapshot Replica(string name = "replica", int weight = 1, ulong? position = 1000, int index = 0) => new()
    {
        Name = name,
        Host = "host",
        Port = 5432,
        Role = NodeRole.Replica,
        IsReachable = true,
        FollowsPrimary = true,
        Weight = weight,
        Position = position is { } value ? new(value) : null,
        Lag = new(0, TimeSpan.Zero),
        Index = index,
    };

    public static NodeSnapshot Primary(string name = "primary", int index = 0) => Replica(name, index: index) with { Role = NodeRole.Primary, Lag = null };

    /// <summary>A cluster of these nodes, whose indexes are set to their places.</summary>
    public static ClusterSnapshot Cluster(params NodeSnapshot[] nodes) => new(
        1, [.. nodes.Select((node, index) => node with { Index = index })], Array.FindIndex(nodes, node => node.Role == NodeRole.Primary), 1, 1, null);
}

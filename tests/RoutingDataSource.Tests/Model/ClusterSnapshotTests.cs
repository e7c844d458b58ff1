namespace ReplicaRouting.Tests.Model;

public sealed class ClusterSnapshotTests
{
    [Fact]
    public void ToString_NodesOfAllKinds_SaysOfEachWhatItIs()
    {
        NodeSnapshot[] nodes =
        [
            Node("a") with { Role = NodeRole.Primary, IsReachable = true },
            Node("b") with { Role = NodeRole.Replica, IsReachable = true, Lag = new(1200, TimeSpan.FromSeconds(1)) },
            Node("c") with { Role = NodeRole.Replica, IsReachable = true, IsDrained = true, Lag = new(0, TimeSpan.Zero) },
            Node("d") with { Role = NodeRole.Replica, IsReachable = true },
            Node("e") with { Role = NodeRole.Replica, FailureMessage = "no answer within the probe time-out" },
            Node("f") with { Role = NodeRole.Primary, IsReachable = true, IsForeign = true },
            Node("g"),
        ];
        Assert.Equal(
            "a: primary; b: replica, 1200 bytes behind; c: replica, drained; d: replica, its lag is not known; " +
            "e: unreachable, no answer within the probe time-out; f: belongs to another cluster; g: not probed yet",
            new ClusterSnapshot(1, nodes, 0, 1, 1, null).ToString());
    }

    private static NodeSnapshot Node(string name) => new() { Name = name, Host = "host", Port = 5432 };
}

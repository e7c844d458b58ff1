using ReplicaRouting.Diagnostics;

namespace ReplicaRouting.Tests.Diagnostics;

public sealed class ShadowCountsTests
{
    [Fact]
    public void Read_EveryReasonAndTarget_IsKeptApart()
    {
        var counts = new ShadowCounts();
        var reasons = Enum.GetValues<RouteReason>();
        foreach (var reason in reasons)
        {
            counts.Add(RouteTarget.Primary, reason, TimeSpan.FromTicks(1));
            counts.Add(RouteTarget.Replica, reason, TimeSpan.FromTicks(2));
            counts.Add(RouteTarget.Replica, reason, TimeSpan.FromTicks(2));
        }

        var read = counts.Read();
        Assert.Equal(2 * reasons.Length, read.Count);
        Assert.All(read, count => Assert.Equal(
            count.Target == RouteTarget.Replica ? (2, 4) : (1, 1), (count.Commands, count.Time.Ticks)));
        Assert.Equal(RouteTarget.Replica, read[0].Target); // the most time first
    }

    [Fact]
    public void Report_OfCounts_AddsThemUp()
    {
        var report = new ShadowReport(
            [
                new(RouteTarget.Replica, RouteReason.ProvenRead, 3, TimeSpan.FromMilliseconds(30)),
                new(RouteTarget.Primary, RouteReason.Write, 1, TimeSpan.FromMilliseconds(10)),
            ],
            textsChecked: 2,
            [new("SELECT 1", "0A000", "no", "db2")]);
        Assert.Equal((4, 3, 0.75, 0.75), (report.Commands, report.CommandsToReplicas, report.ShareOfCommands, report.ShareOfTime));
        Assert.Equal(
            string.Join(
                Environment.NewLine,
                "4 commands; to replicas: 75.0% of them, 75.0% of their time",
                "  replica ProvenRead: 3 commands, 30.0 ms",
                "  primary Write: 1 commands, 10.0 ms",
                "2 texts explained on a replica, 1 refused",
                "  0A000 on db2: SELECT 1"),
            report.ToString());
    }
}

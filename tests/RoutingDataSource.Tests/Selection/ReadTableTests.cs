using ReplicaRouting.Selection;
using static ReplicaRouting.Tests.Infrastructure.Snapshots;

namespace ReplicaRouting.Tests.Selection;

public sealed class ReadTableTests
{
    private static readonly SelectionBounds Bounds = new(TimeSpan.FromSeconds(5), null);

    [Theory]
    [InlineData(0u)]
    [InlineData(17u)]
    [InlineData(uint.MaxValue - 100)] // 2^32 is no multiple of the cycle: the turn of the counter must not break the choice
    public void Choose_ConsecutiveTickets_HoldTheWeightsExactly(uint first)
    {
        var table = Create(Primary(), Replica("a", weight: 2), Replica("b", weight: 1));
        var chosen = Enumerable.Range(0, 99).Select(i => table.Choose(unchecked(first + (uint)i), default)).ToList();
        Assert.Equal(66, chosen.Count(node => node == 1));
        Assert.Equal(33, chosen.Count(node => node == 2));
    }

    [Fact]
    public void Choose_CounterTurnsOver_StillAnswers()
    {
        var table = Create(Primary(), Replica("a", weight: 2), Replica("b", weight: 1));
        Assert.All([uint.MaxValue, 0u, 1u], ticket => Assert.InRange(table.Choose(ticket, default), 1, 2));
    }

    [Fact]
    public void Choose_FloorThatOneHasReached_TakesThatOneWhateverTheTurn()
    {
        var table = Create(Primary(), Replica("a", weight: 9, position: 999), Replica("b", position: 1000));
        Assert.All(Enumerable.Range(0, 20), ticket => Assert.Equal(2, table.Choose((uint)ticket, new(1000))));
        Assert.Contains(1, Enumerable.Range(0, 20).Select(ticket => table.Choose((uint)ticket, new(999))));
    }

    [Fact]
    public void Choose_FloorThatSomeHaveReached_IsSpreadOverThem()
    {
        var table = Create(Primary(), Replica("a"), Replica("b"), Replica("late", position: 999));
        var chosen = Enumerable.Range(0, 30).Select(ticket => table.Choose((uint)ticket, new(1000))).ToList();
        Assert.Equal([1, 2], chosen.Distinct().Order());
    }

    [Fact]
    public void Choose_FloorThatNobodyHasReached_IsNobody()
    {
        var table = Create(Primary(), Replica("a", position: 1000), Replica("b", position: 999));
        Assert.Equal(-1, table.Choose(0, new(1001)));
        Assert.Equal(1, table.Choose(1, new(1000)));
    }

    [Fact]
    public void Choose_PositionUnknown_ServesReadsWithoutAFloorOnly()
    {
        var table = Create(Primary(), Replica("a", position: null));
        Assert.Equal(1, table.Choose(0, default));
        Assert.Equal(-1, table.Choose(0, new(1)));
    }

    [Fact]
    public void Choose_OneReplicaLeaves_ItsShareIsSpreadByWeight()
    {
        var table = Create(Primary(), Replica("a", weight: 2), Replica("b", weight: 1), Replica("c", weight: 5) with { IsReachable = false });
        var chosen = Enumerable.Range(0, 30).Select(i => table.Choose((uint)i, default)).ToList();
        Assert.Equal((20, 10, 0), (chosen.Count(n => n == 1), chosen.Count(n => n == 2), chosen.Count(n => n == 3)));
    }

    [Fact]
    public void Cycle_WeightZero_IsUsedOnlyWhenNobodyElseIsLeft()
    {
        Assert.Equal([1], Create(Primary(), Replica("a"), Replica("reserve", weight: 0)).Cycle);
        Assert.Equal([2], Create(Primary(), Replica("a") with { IsReachable = false }, Replica("reserve", weight: 0)).Cycle);
    }

    [Fact]
    public void Cycle_WarmingUp_CountsInQuartersOfTheWeight()
    {
        var cycle = Create(Primary(), Replica("a"), Replica("back", weight: 4) with { WarmUp = 1 }).Cycle;
        Assert.Equal([1, 2], cycle); // 1 × 4 to 4 × 1
    }

    [Fact]
    public void Create_NothingThatShapesTheCycleChanged_KeepsIt()
    {
        var first = Create(Primary(), Replica("a", weight: 2), Replica("b"));
        var same = ReadTable.Create(Cluster(Primary(), Replica("a", weight: 2, position: 2000), Replica("b")), Bounds, first);
        var other = ReadTable.Create(Cluster(Primary(), Replica("a", weight: 2), Replica("b") with { IsDrained = true }), Bounds, first);
        Assert.Same(first.Cycle, same.Cycle);
        Assert.Equal([1], other.Cycle);
    }

    [Fact]
    public void WhyNone_NoReplica_SaysSo()
    {
        Assert.Equal(RouteReason.NoReplica, Create(Primary()).WhyNone);
        Assert.Equal(RouteReason.NoReplica, Create(Primary(), Replica("a") with { IsDrained = true }).WhyNone);
        Assert.Equal(-1, Create(Primary()).Choose(0, default));
    }

    [Fact]
    public void WhyNone_UnreachableAndLagging_NamesTheNearestMiss()
    {
        var gone = Replica("gone") with { IsReachable = false };
        var late = Replica("late") with { Lag = new(1, TimeSpan.FromSeconds(6)) };
        Assert.Equal(RouteReason.ReplicasUnreachable, Create(Primary(), gone).WhyNone);
        Assert.Equal(RouteReason.ReplicasLagging, Create(Primary(), gone, late).WhyNone);
        Assert.Equal(RouteReason.ReplicasLagging, Create(Primary(), gone, Replica("silent") with { Lag = null }).WhyNone);
    }

    [Fact]
    public void LeastReplayed_OfTheNodesInUse_IsTheLowest()
    {
        Assert.Equal(new(700), Create(Primary(), Replica("a", position: 900), Replica("b", position: 700)).LeastReplayed);
        Assert.Equal(new(900), Create(Primary(), Replica("a", position: 900), Replica("b", position: 700) with { IsDrained = true }).LeastReplayed);
        Assert.Equal(default, Create(Primary(), Replica("a", position: null)).LeastReplayed);
    }

    [Theory]
    [InlineData(4, 1, 2)] // 4/2 > 1/1
    [InlineData(1, 1, 1)] // 1/2 < 1/1
    [InlineData(2, 1, 1)] // a tie goes to the earlier one
    [InlineData(3, 1, 2)]
    public void ChooseLeastInUse_Weighted_ComparesInProportion(int a, int b, int expected)
    {
        var table = Create(Primary(), Replica("a", weight: 2), Replica("b", weight: 1));
        Assert.Equal(expected, table.ChooseLeastInUse([0, a, b], default));
    }

    [Fact]
    public void ChooseLeastInUse_WarmingUp_CountsInQuartersOfTheWeight()
    {
        var table = Create(Primary(), Replica("back") with { WarmUp = 1 }, Replica("b"));
        Assert.Equal(2, table.ChooseLeastInUse([0, 1, 3], default)); // of 4
        Assert.Equal(1, table.ChooseLeastInUse([0, 1, 5], default));
    }

    [Fact]
    public void ChooseLeastInUse_Floor_LeavesOutWhoHasNotReachedIt()
    {
        var table = Create(Primary(), Replica("a", position: 999), Replica("b", position: 1000));
        Assert.Equal(2, table.ChooseLeastInUse([0, 0, 50], new(1000)));
        Assert.Equal(1, table.ChooseLeastInUse([0, 0, 50], new(999)));
        Assert.Equal(-1, table.ChooseLeastInUse([0, 0, 50], new(1001)));
    }

    [Fact]
    public void ChooseLeastInUse_WeightZero_IsUsedOnlyWhenNobodyElseIsLeft()
    {
        var table = Create(Primary(), Replica("a"), Replica("reserve", weight: 0));
        Assert.Equal(1, table.ChooseLeastInUse([0, 99, 0], default));
        var alone = Create(Primary(), Replica("a") with { IsReachable = false }, Replica("reserve", weight: 0));
        Assert.Equal(2, alone.ChooseLeastInUse([0, 0, 99], default));
    }

    [Fact]
    public void ChooseLeastInUse_OnlyThePrimary_IsNobody() => Assert.Equal(-1, Create(Primary()).ChooseLeastInUse([0], default));

    [Fact]
    public void LeastStale_BeyondTheBounds_IsTheOneThatHasReplayedMost()
    {
        var late = new ReplicationLag(1, TimeSpan.FromHours(1));
        var table = Create(
            Primary(), Replica("a", position: 800) with { Lag = late }, Replica("b", position: 900) with { Lag = late },
            Replica("gone", position: 990) with { IsReachable = false }, Replica("drained", position: 990) with { IsDrained = true },
            Replica("astray", position: 990) with { FollowsPrimary = false });
        Assert.Empty(table.Cycle);
        Assert.Equal(2, table.LeastStale(default));
        Assert.Equal(2, table.LeastStale(new(900)));
        Assert.Equal(-1, table.LeastStale(new(901)));
    }

    [Fact]
    public void ChooseOther_ThanTheLostOne_IsByWeightAmongTheRestThatReachedTheFloor()
    {
        var table = Create(Primary(), Replica("lost", weight: 5), Replica("a", weight: 2), Replica("b", position: 999), Replica("reserve", weight: 0));
        var chosen = Enumerable.Range(0, 30).Select(ticket => table.ChooseOther(1, (uint)ticket, default)).ToList();
        Assert.Equal((20, 10), (chosen.Count(node => node == 2), chosen.Count(node => node == 3)));
        Assert.All(Enumerable.Range(0, 30), ticket => Assert.Equal(2, table.ChooseOther(1, (uint)ticket, new(1000))));
        Assert.Equal(-1, table.ChooseOther(1, 0, new(1001)));
        Assert.InRange(table.ChooseOther(1, uint.MaxValue, default), 2, 3);
    }

    [Fact]
    public void ChooseOther_NobodyElseIsLeft_IsTheOneOfWeightZeroOrNobody()
    {
        Assert.Equal(2, Create(Primary(), Replica("lost"), Replica("reserve", weight: 0, position: null)).ChooseOther(1, 7, default));
        Assert.Equal(-1, Create(Primary(), Replica("lost"), Replica("reserve", weight: 0) with { IsDrained = true }).ChooseOther(1, 7, default));
        Assert.Equal(-1, Create(Primary(), Replica("lost")).ChooseOther(1, 7, default));
        Assert.Equal(-1, Create(Primary()).ChooseOther(1, 7, default));
    }

    private static ReadTable Create(params NodeSnapshot[] nodes) => ReadTable.Create(Cluster(nodes), Bounds, null);
}

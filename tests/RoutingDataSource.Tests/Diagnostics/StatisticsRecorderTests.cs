using ReplicaRouting.Diagnostics;
using ReplicaRouting.Tests.Infrastructure;

namespace ReplicaRouting.Tests.Diagnostics;

public sealed class StatisticsRecorderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly StatisticsRecorder _recorder;

    public StatisticsRecorderTests() => _recorder = new(2, _time);

    [Fact]
    public void CommandsOf_AfterCounting_AreThoseOfTheNodeByReason()
    {
        _recorder.Count(0, RouteReason.Write, isRead: false);
        _recorder.Count(1, RouteReason.ProvenRead, isRead: true);
        _recorder.Count(1, RouteReason.ProvenRead, isRead: true);
        _recorder.Count(-1, RouteReason.NoReplica, isRead: true); // no node was chosen
        Assert.Equal([KeyValuePair.Create(RouteReason.Write, 1L)], _recorder.CommandsOf(0));
        Assert.Equal([KeyValuePair.Create(RouteReason.ProvenRead, 2L)], _recorder.CommandsOf(1));
    }

    [Fact]
    public void Count_OfMany_AllocatesNothing()
    {
        _recorder.Count(1, RouteReason.ProvenRead, isRead: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _recorder.Count(1, RouteReason.ProvenRead, isRead: true);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Rates_OverTheLastTenSeconds_ForgetWhatWasBefore()
    {
        for (var second = 0; second < 30; second++)
        {
            _recorder.Remember(Cluster(lag: null));
            for (var i = 0; i < (second < 20 ? 100 : 5); i++)
                _recorder.Count(1, RouteReason.ProvenRead, isRead: true);
            _recorder.Count(1, RouteReason.InTransaction, isRead: false);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var rates = _recorder.Rates();
        Assert.Equal((0.0, 0.0), rates[0]);
        Assert.Equal((5.0, 6.0), rates[1]);
    }

    [Fact]
    public void Rates_AtTheFirstLook_AreZero() => Assert.All(_recorder.Rates(), rate => Assert.Equal((0.0, 0.0), rate));

    [Fact]
    public void LagOf_ManySnapshots_IsOneASecondForFiveMinutes()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _recorder.Remember(Cluster(new(i, TimeSpan.FromMilliseconds(i))));
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        var lag = _recorder.LagOf(1);
        Assert.Equal(StatisticsRecorder.Samples, lag.Count);
        Assert.InRange(lag[0].Age.TotalSeconds, 299, 301);
        Assert.InRange(lag[^1].Age.TotalSeconds, 0, 1.1);
        Assert.True(lag[^1].Lag!.Value.Bytes > lag[0].Lag!.Value.Bytes);
        Assert.All(_recorder.LagOf(0), sample => Assert.Null(sample.Lag));
    }

    [Theory]
    [InlineData(300, false)]
    [InlineData(301, true)]
    public void IsForgotten_AfterTheLastLook_IsSoAfterFiveMinutes(int seconds, bool expected)
    {
        _time.Advance(TimeSpan.FromMinutes(3));
        _recorder.Look();
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Equal(expected, _recorder.IsForgotten);
    }

    private static ClusterSnapshot Cluster(ReplicationLag? lag) => new(
        1,
        [
            new() { Name = "a", Host = "a", Port = 1, Role = NodeRole.Primary, IsReachable = true },
            new() { Name = "b", Host = "b", Port = 2, Role = NodeRole.Replica, IsReachable = true, Lag = lag, Index = 1 },
        ],
        0, 1, 1, null);
}

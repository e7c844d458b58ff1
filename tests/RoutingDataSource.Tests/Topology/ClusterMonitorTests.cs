using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ReplicaRouting.Selection;
using ReplicaRouting.Tests.Infrastructure;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

/// <summary>All loops together, on a clock that the tests move: what is published, and when it stops.</summary>
public sealed partial class ClusterMonitorTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    // Not what a pause can be by chance: waits are told apart by their lengths, which have whole milliseconds.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(15);

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeNode _a = new("a");
    private readonly FakeNode _b = new("b");
    private readonly FakeNode _c = new("c");
    private readonly List<ClusterSnapshot> _published = [];
    private readonly ClusterMonitor _monitor;

    public ClusterMonitorTests() => _monitor = new(
        [_a.Monitored, _b.Monitored, _c.Monitored],
        new() { ProbeInterval = Interval, ProbeTimeout = ProbeTimeout, Probe = new FakeNode.Probe(_a, _b, _c), TimeProvider = _clock },
        NullLogger.Instance,
        (_, next) => _published.Add(next));

    public async ValueTask DisposeAsync()
    {
        _monitor.Dispose();
        await _monitor.Stopped.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Start_AllAnswer_PublishesThePrimaryAndTheLag()
    {
        await StartAsync();
        Assert.Equal((0, 1, 1), (_monitor.Current.PrimaryIndex, _monitor.Current.Epoch, _monitor.Current.Timeline));
        Assert.Equal(new ReplicationLag(0, TimeSpan.Zero), _monitor.Current.Nodes[1].Lag);
        Assert.Equal(Enumerable.Range(1, _published.Count).Select(version => (long)version), _published.Select(snapshot => snapshot.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Settle_OneNodeIsSilent_GoesByThoseThatHaveAnswered(bool answersLater)
    {
        _monitor.Start();
        await AnswerAsync(_b, FakeNode.Replica());
        var call = await _a.NextAsync();
        if (!answersLater)
        {
            await EndAsync(() => call.Answer(FakeNode.Primary()));
            Assert.Equal(-1, _monitor.Current.PrimaryIndex); // the silent one might be of a higher timeline
        }

        _monitor.Settle();
        if (answersLater)
        {
            Assert.False(_monitor.FirstRound.IsCompleted);
            await EndAsync(() => call.Answer(FakeNode.Primary()));
        }

        await _monitor.FirstRound.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _monitor.Current.PrimaryIndex);
        Assert.Equal(0, _c.Attempts - _c.Calls);
        Assert.False(_monitor.Current.Nodes[2].IsReachable);
        await AnswerAsync(_c, FakeNode.Primary(2000, timeline: 2)); // it was
        await UntilAsync(snapshot => snapshot.PrimaryIndex == 2);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(990)]
    public async Task Start_AReplicaIsARecordBehind_IsAskedOnceMoreBeforeTheFirstReads(ulong then)
    {
        _monitor.Start();
        await AnswerAsync(_c, FakeNode.Replica());
        await AnswerAsync(_b, FakeNode.Replica(990));
        await AnswerAsync(_a, FakeNode.Primary());
        await UntilAsync(snapshot => snapshot.PrimaryIndex == 0);
        Assert.Equal(new ReplicationLag(10, null), _monitor.Current.Nodes[1].Lag);
        Assert.False(_monitor.FirstRound.IsCompleted);
        await MoveUntilCalledAsync(_b);
        await AnswerAsync(_b, FakeNode.Replica(then));
        await _monitor.FirstRound.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(then == 1000 ? new(0, TimeSpan.Zero) : new ReplicationLag(10, null), _monitor.Current.Nodes[1].Lag);
    }

    [Fact]
    public async Task Start_AReplicaIsARecordBehindAndThenSilent_IsNotWaitedForLongerThanAProbeMayTake()
    {
        _monitor.Start();
        await AnswerAsync(_c, FakeNode.Replica());
        await AnswerAsync(_b, FakeNode.Replica(990));
        await AnswerAsync(_a, FakeNode.Primary());
        Assert.False(_monitor.FirstRound.IsCompleted);
        await MissAsync(_b);
        await _monitor.FirstRound.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Start_InsideAnAmbientFlow_DoesNotTakeItAlong()
    {
        var local = new AsyncLocal<string> { Value = "the first caller's" };
        var seen = new TaskCompletionSource<string?>();
        var node = new FakeNode("x");
        await using var other = new Disposing(new(
            [node.Monitored with { ConnectAsync = _ => { seen.TrySetResult(local.Value); throw new TimeoutException(); } }],
            new() { TimeProvider = _clock }, NullLogger.Instance, (_, _) => { }));
        other.Monitor.Start();
        Assert.Null(await seen.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("the first caller's", local.Value);
    }

    [Fact]
    public async Task Primary_OneMissedProbe_StaysThePrimary()
    {
        await StartAsync();
        await NextRoundAsync();
        await MissAsync(_a);
        await UntilAsync(snapshot => !snapshot.Nodes[0].IsReachable);
        Assert.Equal(0, _monitor.Current.PrimaryIndex);
        await MissAsync(_a);
        await UntilAsync(snapshot => snapshot.PrimaryIndex == -1);
        Assert.Equal(1, _monitor.Current.Epoch); // lost, not replaced
        Assert.Null(_monitor.Current.PrimaryProblem);
    }

    [Fact]
    public async Task Primary_Lost_AServerThatWasGivenTimeIsAskedAtOnce()
    {
        await StartAsync();
        _b.Refuse(States.Refused(), times: 100);
        await MissAsync(_b); // its connection is lost, and there is no other
        for (var i = 0; i < 20; i++)
        {
            foreach (var (node, result) in new[] { (_a, FakeNode.Primary()), (_c, FakeNode.Replica()) })
            {
                await MoveUntilCalledAsync(node);
                await AnswerAsync(node, result);
            }
        }

        var asked = _b.Attempts;
        Assert.InRange(asked, 6, 14); // in 20 intervals
        await MissAsync(_a);
        await MoveUntilCalledAsync(_a);
        asked = _b.Attempts;
        await MissAsync(_a);
        await UntilAsync(snapshot => snapshot.PrimaryIndex == -1);
        var lost = _clock.GetTimestamp();
        while (_b.Attempts == asked)
        {
            await WaitForAsync(() => _b.Attempts > asked || IsStill, "b to be asked");
            if (_b.Attempts == asked)
                _clock.Advance(_clock.Timers[0]);
        }

        Assert.InRange(_clock.GetTimestamp() - lost, 0, (Interval / 20).Ticks); // and not after the rest of five intervals
    }

    [Fact]
    public async Task Primary_NobodyListensAnyMore_IsGivenUpAtOnce()
    {
        await StartAsync();
        _a.Refuse(States.Refused());
        await NextRoundAsync();
        await FailAsync(_a, new NpgsqlException("lost", new IOException()));
        await UntilAsync(snapshot => snapshot.PrimaryIndex == -1);
    }

    [Fact]
    public async Task Replica_Promoted_IsThePrimaryOfTheNextEpochAndAllAreAskedAtOnce()
    {
        await StartAsync();
        Assert.True(_monitor.History.TryFindPosition(0, out _, out _));
        _a.Refuse(States.Refused(), times: 100);
        await NextRoundAsync();
        await FailAsync(_a, new NpgsqlException("lost", new IOException()));
        await UntilAsync(snapshot => snapshot.PrimaryIndex == -1);
        await AnswerAsync(_c, FakeNode.Replica());
        await AnswerAsync(_b, FakeNode.Primary(2000, timeline: 2));
        await UntilAsync(snapshot => snapshot.PrimaryIndex == 1);
        Assert.Equal((2, 2), (_monitor.Current.Epoch, _monitor.Current.Timeline));
        Assert.True(_monitor.History.TryFindPosition(0, out var position, out var epoch));
        Assert.Equal((2000UL, 2), (position.Value, epoch)); // nothing of the old primary is left in it
        Assert.False(_monitor.Current.Nodes[2].FollowsPrimary); // it has not said so yet

        // The lag of the others is counted from the new primary's position, so they are asked before their intervals are over.
        var before = _clock.GetTimestamp();
        await MoveUntilCalledAsync(_c);
        Assert.True(_clock.GetTimestamp() - before <= Interval.Ticks / 20, "the other replica was left to its interval");
        await AnswerAsync(_c, FakeNode.Replica(1900, timeline: 2));
        await UntilAsync(snapshot => snapshot.Nodes[2].FollowsPrimary);
        Assert.Equal(100, _monitor.Current.Nodes[2].Lag!.Value.Bytes);
    }

    [Fact]
    public async Task OldPrimary_ComesBackWritable_IsNotTakenBack()
    {
        await StartAsync();
        await NextRoundAsync();
        await AnswerAsync(_b, FakeNode.Primary(2000, timeline: 2));
        await UntilAsync(snapshot => snapshot.PrimaryIndex == 1);
        var changed = _clock.GetTimestamp();
        await AnswerAsync(_c, FakeNode.Replica());
        await MoveUntilCalledAsync(_c);
        Assert.True(_clock.GetTimestamp() - changed <= Interval.Ticks / 20, "the other replica was left to its interval");
        await AnswerAsync(_a, FakeNode.Primary(5000, timeline: 1));
        await UntilAsync(snapshot => snapshot.Nodes[0].Position!.Value.Value == 5000);
        Assert.Equal((1, 2), (_monitor.Current.PrimaryIndex, _monitor.Current.Epoch));
        await MoveUntilCalledAsync(_a);
        await AnswerAsync(_a, FakeNode.Replica(2000, timeline: 2)); // re-created as a standby
        await UntilAsync(snapshot => snapshot.Nodes[0] is { Role: NodeRole.Replica, FollowsPrimary: true, Lag.Bytes: 0 });
    }

    [Fact]
    public async Task Replica_CreatedAnewAsAnotherCluster_ServesNothingUntilItIsBack()
    {
        await StartAsync();
        await NextRoundAsync();
        await AnswerAsync(_b, FakeNode.Replica() with { SystemIdentifier = "2" });
        await UntilAsync(snapshot => snapshot.Nodes[1].IsForeign);
        Assert.Equal(Rejection.Unreachable, Eligibility.Reject(_monitor.Current.Nodes[1], new(null, null)));
        await MoveUntilCalledAsync(_b);
        await AnswerAsync(_b, FakeNode.Primary(9000, timeline: 9) with { SystemIdentifier = "2" }); // nor is it taken for the primary
        await UntilAsync(snapshot => snapshot.Nodes[1].Role == NodeRole.Primary);
        Assert.Equal((0, 1), (_monitor.Current.PrimaryIndex, _monitor.Current.Epoch));
        Assert.Null(_monitor.Current.PrimaryProblem);
        await MoveUntilCalledAsync(_b);
        await AnswerAsync(_b, FakeNode.Replica());
        await UntilAsync(snapshot => snapshot.Nodes[1] is { IsForeign: false, Role: NodeRole.Replica });
        Assert.Null(Eligibility.Reject(_monitor.Current.Nodes[1], new(null, null)));
    }

    [Fact]
    public async Task TwoWritable_OfOneTimeline_AreNoPrimaryUntilOneStepsDown()
    {
        await StartAsync();
        await NextRoundAsync();
        await AnswerAsync(_b, FakeNode.Primary());
        await UntilAsync(snapshot => snapshot.PrimaryIndex == -1);
        Assert.Contains("a and b both accept writes", _monitor.Current.PrimaryProblem, StringComparison.Ordinal);
        await AnswerAsync(_a, FakeNode.Replica());
        await UntilAsync(snapshot => snapshot.PrimaryIndex == 1);
        Assert.Null(_monitor.Current.PrimaryProblem);
    }

    [Fact]
    public async Task Replica_BackAfterAnAbsence_GetsItsWeightBackByQuarters()
    {
        await StartAsync();
        await NextRoundAsync();
        await MissAsync(_b);
        await UntilAsync(snapshot => !snapshot.Nodes[1].IsReachable);
        var warmth = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            await MoveUntilCalledAsync(_b);
            var version = _monitor.Current.Version;
            await AnswerAsync(_b, FakeNode.Replica());
            await UntilAsync(snapshot => snapshot.Version > version && snapshot.Nodes[1].IsReachable);
            warmth.Add(_monitor.Current.Nodes[1].WarmUp);
        }

        Assert.Equal([1, 2, 3, 4, 4, 4], warmth);
    }

    [Fact]
    public async Task Replica_BeyondWhereTheNewPrimaryBegan_IsNotTakenForItsFollower()
    {
        await StartAsync();
        await NextRoundAsync();
        await AnswerAsync(_c, FakeNode.Replica(1500, timeline: null)); // of the old timeline, and nobody knows where that ended
        await AnswerAsync(_b, FakeNode.Primary(1500, timeline: 2));
        await UntilAsync(snapshot => snapshot.PrimaryIndex == 1);
        await MoveUntilCalledAsync(_c);
        await AnswerAsync(_c, FakeNode.Replica(1500, timeline: null));
        Assert.False(_monitor.Current.Nodes[2].FollowsPrimary);
        await MoveUntilCalledAsync(_b);
        await AnswerAsync(_b, FakeNode.Primary(1700, timeline: 2));
        await MoveUntilCalledAsync(_c);
        await AnswerAsync(_c, FakeNode.Replica(1700, timeline: null));
        Assert.True(_monitor.Current.Nodes[2].FollowsPrimary);
    }

    [Fact]
    public async Task Lag_WhileThereIsNoPrimary_IsThatOfItsLastAnswer()
    {
        await StartAsync();
        await NextRoundAsync();
        await AnswerAsync(_a, FakeNode.Primary(1100));
        await AnswerAsync(_c, FakeNode.Replica());
        var lag = _monitor.Current.Nodes[2].Lag!.Value;
        Assert.Equal(100, lag.Bytes);
        await MissAsync(_a);
        await MissAsync(_a);
        await UntilAsync(snapshot => snapshot.PrimaryIndex == -1);
        for (var i = 0; i < 4; i++)
        {
            await MoveUntilCalledAsync(_c);
            await AnswerAsync(_c, FakeNode.Replica());
        }

        Assert.True(_monitor.Current.Nodes[2].Lag!.Value.Delay <= lag.Delay, "it grew, though nothing can have been written"); // reads go on
    }

    [Fact]
    public async Task ReportConnectFailure_OfANode_TakesItOutAtOnceAndAsksIt()
    {
        await StartAsync();
        await NextRoundAsync();
        await AnswerAsync(_b, FakeNode.Replica());
        for (var i = 0; i < 3; i++)
            _monitor.ReportConnectFailure(1, States.Refused());
        Assert.False(_monitor.Current.Nodes[1].IsReachable);
        Assert.Equal(1, _monitor.Current.Nodes[1].Failures); // many commands at once have seen one failure
        var reported = _clock.GetTimestamp();
        await MoveUntilCalledAsync(_b);
        Assert.True(_clock.GetTimestamp() - reported <= Interval.Ticks / 20, "it was left to its interval");
    }

    [Fact]
    public async Task SetDrained_AsItIs_PublishesNothing()
    {
        await StartAsync();
        _monitor.SetDrained("b", true);
        var version = _monitor.Current.Version;
        _monitor.SetDrained("b", true);
        Assert.Equal(version, _monitor.Current.Version);
    }

    [Fact]
    public async Task ProbeNow_AnswerThatWasAskedForBefore_IsNotTheOne()
    {
        await StartAsync();
        await NextRoundAsync();
        var before = await _b.NextAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var asked = _monitor.ProbeNow(1);
        var version = _monitor.Current.Version;
        await EndAsync(() => before.Answer(FakeNode.Replica()));
        Assert.True(_monitor.Current.Version > version);
        Assert.False(asked.IsCompleted);
        await MoveUntilCalledAsync(_b);
        await AnswerAsync(_b, FakeNode.Replica());
        await asked.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task ProbeNow_ProbeMissed_CompletesAsWell()
    {
        await StartAsync();
        await NextRoundAsync();
        var asked = _monitor.ProbeNow(1);
        await AnswerAsync(_a, FakeNode.Primary());
        await MoveUntilCalledAsync(_a);
        await AnswerAsync(_a, FakeNode.Primary());
        Assert.False(asked.IsCompleted); // another node's answer is none
        await MissAsync(_b);
        await asked.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Drain_AndSetWeights_ArePublishedAtOnceAndOutliveProbes()
    {
        await StartAsync();
        _monitor.SetDrained("b", true);
        _monitor.SetWeights(new Dictionary<string, int> { ["c"] = 0 });
        Assert.Equal((true, 0), (_monitor.Current.Nodes[1].IsDrained, _monitor.Current.Nodes[2].Weight));
        await NextRoundAsync();
        var version = _monitor.Current.Version;
        await AnswerAsync(_b, FakeNode.Replica());
        await AnswerAsync(_c, FakeNode.Replica());
        await UntilAsync(snapshot => snapshot.Version >= version + 2);
        Assert.Equal((true, 0), (_monitor.Current.Nodes[1].IsDrained, _monitor.Current.Nodes[2].Weight));
        Assert.Contains("a, b, c", Assert.Throws<ArgumentException>(() => _monitor.SetDrained("d", true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WithProbesUnderWay_StopsEverythingWithoutWaitingForTheClock()
    {
        await StartAsync();
        await NextRoundAsync();
        var hanging = await _a.NextAsync();
        var version = _monitor.Current.Version;
        _monitor.Dispose();
        await _monitor.Stopped.WaitAsync(TimeSpan.FromSeconds(30));
        hanging.Answer(FakeNode.Primary(9999));
        _monitor.ReportConnectFailure(1, new TimeoutException());
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(version, _monitor.Current.Version);
    }
}

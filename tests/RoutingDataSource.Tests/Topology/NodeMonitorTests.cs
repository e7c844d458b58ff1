using System.Threading.Channels;
using Npgsql;
using ReplicaRouting.Tests.Infrastructure;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

/// <summary>The loop that probes one server, on a clock that the tests move.</summary>
public sealed class NodeMonitorTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Shortest = Interval / 20;

    private readonly ManualTimeProvider _clock = new();
    private readonly FakeNode _node = new("node");
    private readonly Channel<(long Started, TimeSpan Elapsed, NodeProbeResult Result)> _answers =
        Channel.CreateUnbounded<(long, TimeSpan, NodeProbeResult)>();

    private readonly Channel<Exception> _failures = Channel.CreateUnbounded<Exception>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly NodeMonitor _monitor;
    private Task _running = Task.CompletedTask;
    private bool _hasPrimary = true;
    private Func<NpgsqlConnection, Task> _primaryTask = _ => Task.CompletedTask;

    public NodeMonitorTests() => _monitor = new(
        _node.Monitored,
        new()
        {
            ProbeInterval = Interval,
            ProbeTimeout = ProbeTimeout,
            Probe = new FakeNode.Probe(_node),
            TimeProvider = _clock,
            PrimaryTask = (connection, _) => _primaryTask(connection),
            PrimaryTaskInterval = Interval * 3,
        },
        () => _hasPrimary,
        (started, elapsed, result) => _answers.Writer.TryWrite((started, elapsed, result)),
        error => _failures.Writer.TryWrite(error));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        _stopping.Dispose();
    }

    [Fact]
    public async Task Run_AnsweredProbes_AreAnIntervalApartWithTenPercentOfJitter()
    {
        Start();
        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 40; i++)
        {
            (await _node.NextAsync()).Answer(FakeNode.Replica());
            pauses.Add(await PauseAsync());
        }

        Assert.All(pauses, pause => Assert.InRange(pause, Interval * 0.9, Interval * 1.1));
        Assert.True(pauses.Distinct().Count() > 30, "there is no jitter");
        Assert.True(pauses.Min() < Interval * 0.97 && pauses.Max() > Interval * 1.03, "the jitter is narrow");
        Assert.Equal(1, _node.Connects);
    }

    [Fact]
    public async Task Run_Answer_IsReportedWithTheMomentItWasAskedFor()
    {
        _clock.Advance(TimeSpan.FromSeconds(3));
        Start();
        var call = await _node.NextAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(40));
        call.Answer(FakeNode.Replica(77));
        var (started, elapsed, result) = await _answers.Reader.ReadAsync();
        Assert.Equal((TimeSpan.FromSeconds(3).Ticks, TimeSpan.FromMilliseconds(40), 77UL), (started, elapsed, result.Position!.Value.Value));
    }

    [Fact]
    public async Task Run_MissedProbes_AreFollowedByOneAtOnceAndThenByFewerAndFewer()
    {
        // One more look at once, at the shortest distance there is; then 1, 2, 4 and at most 5 intervals.
        await AssertPausesAfterMissesAsync(0.05, 1, 2, 4, 5, 5, 5);

        (await _node.NextAsync()).Answer(FakeNode.Replica()); // and the first answer brings the interval back
        Assert.InRange(await PauseAsync(), Interval * 0.9, Interval * 1.1);
    }

    [Fact]
    public async Task Run_MissedProbesWithoutAPrimary_AreAnIntervalApart()
    {
        _hasPrimary = false;
        await AssertPausesAfterMissesAsync(0.05, 1, 1, 1, 1, 1, 1); // the server may be the primary, and writes wait for it
    }

    [Fact]
    public async Task Run_TimeForAnAnswer_IsLongAtFirstAndShortAfterAMiss()
    {
        Start();
        await _node.NextAsync();
        Assert.Equal(TimeSpan.FromSeconds(5), await FireTimerAsync(left => left == TimeSpan.FromSeconds(5))); // a process that starts is slow
        await FailedAsync();
        await PauseAsync();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        await PauseAsync();

        await MissAsync(await _node.NextAsync());
        await PauseAsync();
        await _node.NextAsync();
        await FireTimerAsync(left => left == ProbeTimeout / 4);
        await FailedAsync();
        await PauseAsync();
        await _node.NextAsync();
        await FireTimerAsync(left => left == ProbeTimeout);
        await FailedAsync();
    }

    [Fact]
    public async Task Wake_ManyTimesWhileWaiting_IsOneProbeSoon()
    {
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        for (var i = 0; i < 100; i++)
            _monitor.Wake();
        await FireTimerAsync(left => left == Shortest);
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        Assert.Equal(Shortest.Ticks, _clock.GetTimestamp());
        Assert.InRange(await PauseAsync(), Interval * 0.9, Interval * 1.1); // all the requests were for that one
        await _node.NextAsync();
        Assert.False(_node.HasCall);
    }

    [Fact]
    public async Task Wake_WhileAProbeRuns_IsOneMoreAfterIt()
    {
        Start();
        var call = await _node.NextAsync();
        _monitor.Wake(); // whoever asks now wants an answer that is sent from now on
        call.Answer(FakeNode.Replica());
        await FireTimerAsync(left => left == Shortest);
        await _node.NextAsync();
        Assert.Equal(Shortest.Ticks, _clock.GetTimestamp());
    }

    [Fact]
    public async Task Hurry_WhileAProbeRuns_IsOneMoreAMomentLaterForAllWhoAskByThen()
    {
        Start();
        var call = await _node.NextAsync();
        _monitor.Hurry();
        call.Answer(FakeNode.Replica());
        await FireTimerAsync(left => left == TimeSpan.FromMilliseconds(1));
        await _node.NextAsync();
        Assert.Equal(TimeSpan.FromMilliseconds(1).Ticks, _clock.GetTimestamp());
    }

    [Fact]
    public async Task Wake_AllTheTime_IsTwentyProbesAnInterval()
    {
        Start();
        var probes = 0;
        while (_clock.GetTimestamp() < Interval.Ticks)
        {
            (await _node.NextAsync()).Answer(FakeNode.Replica());
            probes++;
            _monitor.Wake();
            await FireTimerAsync(left => left == Shortest);
        }

        Assert.Equal(20, probes);
    }

    [Fact]
    public async Task Run_HeldConnectionLost_IsLookedIntoWithANewOneBeforeItCounts()
    {
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        await PauseAsync();
        var first = await _node.NextAsync();
        first.Fail(new NpgsqlException("Exception while reading from stream", new IOException()));
        var second = await _node.NextAsync();
        Assert.NotSame(first.Connection, second.Connection);
        second.Answer(FakeNode.Replica());
        await PauseAsync();
        Assert.False(_failures.Reader.TryRead(out _));
        Assert.Equal(2, _node.Connects);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_HeldConnectionTimedOut_CountsAtOnce(bool isNpgsqlFirst)
    {
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        await PauseAsync();
        var call = await _node.NextAsync();
        if (isNpgsqlFirst)
            call.Fail(new NpgsqlException("Exception while reading from stream", new TimeoutException()));
        else
            await FireTimerAsync(left => left == ProbeTimeout);
        Assert.IsType<TimeoutException>(await FailedAsync());
        Assert.Equal(1, _node.Connects);
    }

    [Fact]
    public async Task Run_CancellationOfAFrozenProbeHangs_TheLoopDoesNot()
    {
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        await PauseAsync();
        var frozen = await _node.NextAsync();
        using var thawed = new ManualResetEventSlim();
        using var cancelled = new ManualResetEventSlim();
        frozen.CancellationToken.Register(() =>
        {
            cancelled.Set();
            thawed.Wait(); // as Npgsql, which asks the frozen server to cancel
        });
        try
        {
            await FireTimerAsync(left => left == ProbeTimeout);
            await FailedAsync();
            await PauseAsync();
            (await _node.NextAsync()).Answer(FakeNode.Replica()); // while the cancellation still hangs
            await PauseAsync();
            Assert.True(cancelled.Wait(TimeSpan.FromSeconds(30)));
        }
        finally
        {
            thawed.Set();
        }
    }

    [Fact]
    public async Task Run_AnswerAfterTheTimeIsOver_IsNotReported()
    {
        Start();
        var first = await _node.NextAsync();
        first.Answer(FakeNode.Replica(1));
        await _answers.Reader.ReadAsync();
        await PauseAsync();
        var late = await _node.NextAsync();
        await MissAsync(late);
        late.Answer(FakeNode.Replica(2));
        await PauseAsync();
        (await _node.NextAsync()).Answer(FakeNode.Replica(3));
        Assert.Equal(3UL, (await _answers.Reader.ReadAsync()).Result.Position!.Value.Value);
        Assert.False(_answers.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Run_TaskOfThePrimary_RunsWithTheFirstAnswerAndThenAsideAtItsInterval()
    {
        var runs = new List<(TimeSpan At, NpgsqlConnection On)>();
        _primaryTask = connection =>
        {
            runs.Add((TimeSpan.FromTicks(_clock.GetTimestamp()), connection));
            return Task.CompletedTask;
        };
        Start();
        NpgsqlConnection held = null!;
        for (var i = 0; i < 10; i++)
        {
            var call = await _node.NextAsync();
            held = call.Connection;
            call.Answer(FakeNode.Primary());
            await _answers.Reader.ReadAsync();
            await PauseAsync();
        }

        Assert.InRange(runs.Count, 3, 4); // in ten intervals
        Assert.Equal((TimeSpan.Zero, held), runs[0]);
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, Interval * 3, Interval * 4.4));
        Assert.All(runs.Skip(1), run => Assert.NotSame(held, run.On)); // a slow catalog must not hold the probes up
        Assert.Equal(runs.Count, _node.Connects);
    }

    [Fact]
    public async Task Run_TaskThatOutlastsTheTimeOfItsProbe_IsNotFollowedByTheAnswer()
    {
        var (began, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        _primaryTask = _ =>
        {
            began.SetResult();
            return ended.Task; // a server that has stopped answering keeps it, cancelled or not
        };
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica(1));
        await _answers.Reader.ReadAsync();
        await PauseAsync();
        (await _node.NextAsync()).Answer(FakeNode.Primary(2)); // it was promoted
        await began.Task;
        await FireTimerAsync(left => left == ProbeTimeout);
        await FailedAsync();
        await Task.Run(ended.SetResult); // what follows runs in there
        await PauseAsync();
        (await _node.NextAsync()).Answer(FakeNode.Primary(3));
        Assert.Equal(3UL, (await _answers.Reader.ReadAsync()).Result.Position!.Value.Value);
        Assert.False(_answers.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Run_ConnectionRefused_IsTheFailureThatIsReported()
    {
        var refused = States.Refused();
        _node.Refuse(refused);
        Start();
        Assert.Same(refused, await FailedAsync());
    }

    [Fact]
    public async Task Cancel_WhileAProbeHangs_EndsWithoutWaitingForTheClock()
    {
        Start();
        await _node.NextAsync();
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _clock.GetTimestamp());
        Assert.False(_failures.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Cancel_WhilePausing_EndsWithoutWaitingForTheClock()
    {
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        await _clock.WaitForTimerAsync(left => left == Shortest);
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _clock.GetTimestamp());
    }

    private void Start() => _running = Task.Run(() => _monitor.RunAsync(_stopping.Token));

    private async Task<Exception> FailedAsync() => await _failures.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Answers once and misses as many probes as there are numbers: how many intervals the pause after each is, give or take the jitter.</summary>
    private async Task AssertPausesAfterMissesAsync(params double[] expected)
    {
        Start();
        (await _node.NextAsync()).Answer(FakeNode.Replica());
        await PauseAsync();
        for (var i = 0; i < expected.Length; i++)
        {
            await MissAsync(await _node.NextAsync());
            Assert.InRange(await PauseAsync() / Interval, expected[i] * 0.9, expected[i] * 1.1);
            Assert.InRange(_node.Calls, i + 2, i + 3); // half-open: one probe at a time
        }
    }

    /// <summary>Lets the time of a probe pass without an answer.</summary>
    private async Task MissAsync(FakeNode.Call call)
    {
        Assert.False(call.Result.IsCompleted);
        await FireTimerAsync(left => left == ProbeTimeout || left == ProbeTimeout / 4);
        await FailedAsync();
    }

    /// <summary>Lets the loop's pause pass, and says how long it was.</summary>
    private async Task<TimeSpan> PauseAsync()
    {
        var before = _clock.GetTimestamp();
        await FireTimerAsync(left => left == Shortest);
        // The rest of the pause, unless the shortest is all there is; the loop then goes on to a probe and its time. Whoever waits for a task
        // with a time limit goes on before the limit's timer is gone, so the timer of the probe that is over may still be there for a moment.
        static bool IsRest(TimeSpan left) => left > Interval * 0.8 || left <= Shortest * 0.1;
        static bool IsProbe(TimeSpan left) => left == ProbeTimeout || left == ProbeTimeout / 4;
        for (var next = await NextAsync(); !IsProbe(next); next = await NextAsync())
            _clock.Advance(next);

        return TimeSpan.FromTicks(_clock.GetTimestamp() - before);

        Task<TimeSpan> NextAsync() => _clock.WaitForTimerAsync(left => IsRest(left) || IsProbe(left));
    }

    private async Task<TimeSpan> FireTimerAsync(Func<TimeSpan, bool> wanted)
    {
        var left = await _clock.WaitForTimerAsync(wanted);
        _clock.Advance(left);
        return left;
    }
}

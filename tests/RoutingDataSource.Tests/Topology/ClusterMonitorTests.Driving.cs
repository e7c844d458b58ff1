using Npgsql;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

// How the tests move the clock and answer.
public sealed partial class ClusterMonitorTests
{
    /// <summary>Starts with a as the primary and b and c level with it.</summary>
    private async Task StartAsync()
    {
        _monitor.Start();
        await AnswerAsync(_a, FakeNode.Primary());
        await AnswerAsync(_b, FakeNode.Replica());
        await AnswerAsync(_c, FakeNode.Replica());
        await _monitor.FirstRound.WaitAsync(TimeSpan.FromSeconds(30));
        // The first primary is a change of primary, after which everybody is asked again.
        foreach (var (node, result) in new[] { (_a, FakeNode.Primary()), (_b, FakeNode.Replica()), (_c, FakeNode.Replica()) })
        {
            await MoveUntilCalledAsync(node);
            await AnswerAsync(node, result);
        }

        await UntilAsync(snapshot => snapshot is { PrimaryIndex: 0 } && snapshot.Nodes.Skip(1).All(each => each.Lag is not null));
    }

    /// <summary>Moves the clock until every node is being asked; answers what is left of earlier rounds as before.</summary>
    private async Task NextRoundAsync()
    {
        foreach (var node in new[] { _a, _b, _c })
            await MoveUntilCalledAsync(node);
    }

    private async Task MoveUntilCalledAsync(FakeNode node)
    {
        while (!node.HasCall)
        {
            // Each loop waits on the clock for one thing at a time. When all three do, nothing happens until the next timer fires.
            await WaitForAsync(() => node.HasCall || IsStill, $"{node.Monitored.Name} to be asked");
            if (!node.HasCall)
                _clock.Advance(_clock.Timers[0]);
        }
    }

    // A probe's time begins before the probe comes to the node.
    private bool IsStill =>
        _clock.Timers.Count == 3 &&
        _clock.CountBegun(ProbeTimeout) + _clock.CountBegun(ProbeTimeout / 4) <= _a.Attempts + _b.Attempts + _c.Attempts;

    private async Task MissAsync(FakeNode node)
    {
        await MoveUntilCalledAsync(node);
        await FailAsync(node, new NpgsqlException("no answer", new TimeoutException()));
    }

    private async Task AnswerAsync(FakeNode node, NodeProbeResult result)
    {
        var call = await node.NextAsync();
        await EndAsync(() => call.Answer(result));
    }

    private async Task FailAsync(FakeNode node, Exception error)
    {
        var call = await node.NextAsync();
        await EndAsync(() => call.Fail(error));
    }

    /// <summary>Ends a probe and waits until its loop pauses: every probe is followed by exactly one pause.</summary>
    private async Task EndAsync(Action end)
    {
        var pauses = _clock.CountBegun(Interval / 20);
        end();
        await WaitForAsync(
            () =>
            {
                if (_clock.Timers.Contains(TimeSpan.FromMilliseconds(1)))
                    _clock.Advance(TimeSpan.FromMilliseconds(1)); // a probe that somebody waits for is begun a moment later, for all who ask by then
                return _clock.CountBegun(Interval / 20) > pauses;
            },
            "the pause after a probe");
    }

    private Task UntilAsync(Func<ClusterSnapshot, bool> condition) => WaitForAsync(() => condition(_monitor.Current), "the snapshot");

    private async Task WaitForAsync(Func<bool> condition, string what)
    {
        var giveUp = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < giveUp, $"waited for {what}; timers: {string.Join(", ", _clock.Timers)}; limits begun: {_clock.CountBegun(ProbeTimeout)} and {_clock.CountBegun(ProbeTimeout / 4)}; attempts: {_a.Attempts}, {_b.Attempts}, {_c.Attempts}; {string.Join("; ", _monitor.Current.Nodes)}");
            await Task.Yield();
        }
    }

    private sealed class Disposing(ClusterMonitor monitor) : IAsyncDisposable
    {
        public ClusterMonitor Monitor => monitor;

        public async ValueTask DisposeAsync()
        {
            monitor.Dispose();
            await monitor.Stopped.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }
}

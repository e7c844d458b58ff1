using Microsoft.Extensions.Logging;
using Npgsql;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Model;

namespace ReplicaRouting.Topology;

/// <summary>Runs the probes, draws the conclusions (who is the primary, how far behind is each replica) and publishes them.</summary>
internal sealed class ClusterMonitor : IDisposable
{
    // The resolution in which the primary's positions are remembered.
    private const int SamplesPerInterval = 40;

    private readonly Lock _gate = new();
    private readonly TopologyOptions _options;
    private readonly ILogger _logger;
    private readonly Action<ClusterSnapshot, ClusterSnapshot> _published;
    private readonly IReadOnlyList<MonitoredNode> _nodes;
    private readonly NodeMonitor[] _monitors;
    private readonly NodeState[] _states;
    private readonly PrimaryHistory _history;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(int Index, long After, TaskCompletionSource Probed)> _probeWaiters = [];
    private readonly ManualResetEventSlim _firstRoundSeen = new();
    private readonly TaskCompletionSource _firstRound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ClusterSnapshot _current;
    private PrimaryElection _election = PrimaryElection.None;
    private int _started;
    private bool _isSettled; // nobody waits any longer for who has not answered yet
    private long _startedAt;
    private long _primarySeenAt; // when the first answer of the first primary had come

    /// <summary>Initialises a monitor that has not started yet.</summary>
    /// <param name="nodes">The servers; at least one.</param>
    /// <param name="options">Intervals, clock and probe.</param>
    /// <param name="logger">Gets the state changes.</param>
    /// <param name="published">Called with the previous and the new snapshot, one call at a time; must be quick.</param>
    public ClusterMonitor(
        IReadOnlyList<MonitoredNode> nodes, TopologyOptions options, ILogger logger, Action<ClusterSnapshot, ClusterSnapshot> published)
    {
        _nodes = nodes;
        _options = options;
        _logger = logger;
        _published = published;
        _history = new(spacing: (long)(options.ProbeInterval.TotalSeconds / SamplesPerInterval * options.TimeProvider.TimestampFrequency));
        _states = [.. nodes.Select((node, index) => new NodeState(node, index))];
        _monitors = [.. nodes.Select((node, index) => new NodeMonitor(
            node, options, () => Current.PrimaryIndex >= 0,
            (started, elapsed, result) => Answered(index, started, elapsed, result), error => Failed(index, error)))];
        _current = new(0, [.. _states.Select(state => state.Snapshot)], -1, 0, null, null);
    }

    /// <summary>Gets the newest snapshot, without a lock.</summary>
    public ClusterSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Gets the primary's positions over time.</summary>
    public IPrimaryHistory History => _history;

    /// <summary>Gets a task that completes when every node has answered or missed its first probe (a replica whose lag that does not tell: one
    /// more) or, after <see cref="Settle"/>, when there is a primary.</summary>
    public Task FirstRound => _firstRound.Task;

    /// <summary>Gets the first error of a node's log-in, so that it can be shown to whoever opens first.</summary>
    public (string Node, PostgresException Error)? LoginError
    {
        get
        {
            lock (_gate)
                return _states.Where(state => state.LoginError is not null).MinBy(state => state.LoginError!.SqlState) is { } state ? (state.Node.Name, state.LoginError!) : null;
        }
    }

    /// <summary>Gets the error of a node that cannot be connected to with the settings that it has (no password, no TLS, no such key), so that it can be shown
    /// too.</summary>
    public Exception? SetupError
    {
        get
        {
            lock (_gate)
                return _states.Select(state => state.SetupError).FirstOrDefault(error => error is not null);
        }
    }

    /// <summary>Gets a task that completes when the probes have stopped for good; completed while they have not started.</summary>
    public Task Stopped { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the probes if they do not run yet.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) != 0)
            return;
        _startedAt = _options.TimeProvider.GetTimestamp();
        var restoreFlow = !ExecutionContext.IsFlowSuppressed();
        if (restoreFlow)
            ExecutionContext.SuppressFlow(); // the loops must not live in the first caller's ambient session or transaction
        try
        {
            Stopped = Task.WhenAll(_monitors.Select(monitor => Task.Run(() => monitor.RunAsync(_stopping.Token))));
        }
        finally
        {
            if (restoreFlow)
                ExecutionContext.RestoreFlow();
        }
    }

    /// <summary>Blocks until <see cref="FirstRound"/> completes.</summary>
    /// <param name="longest">How long to wait at most; infinite for as long as it takes.</param>
    public void WaitForFirstRound(TimeSpan longest) => _firstRoundSeen.Wait(longest, _stopping.Token);

    /// <summary>Goes by those that have answered: a node that is silent from the start has a long time for its first answer, which nobody waits for when
    /// the others will do.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            if (_isSettled || _stopping.IsCancellationRequested)
                return;
            _isSettled = true;
            Conclude();
            Publish();
            SignalFirstRound();
        }
    }

    /// <summary>Asks all nodes for a probe before their intervals are over. Returns at once.</summary>
    public void RequestProbes()
    {
        foreach (var monitor in _monitors)
            monitor.Wake();
    }

    /// <summary>Asks one node for a probe at once.</summary>
    /// <returns>A task that completes when a probe that was sent after this moment was answered or missed.</returns>
    public Task ProbeNow(int index)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _probeWaiters.Add((index, _options.TimeProvider.GetTimestamp(), waiter));
        _monitors[index].Hurry();
        return waiter.Task;
    }

    /// <summary>A connection to the node could not be opened: it is out until a probe is answered.</summary>
    public void ReportConnectFailure(int index, Exception error)
    {
        lock (_gate)
        {
            if (!_stopping.IsCancellationRequested && _states[index].Snapshot.IsReachable)
                Miss(index, error);
        }

        _monitors[index].Wake();
    }

    /// <summary>Takes a node out of the reads, or back in.</summary>
    /// <exception cref="ArgumentException">No node has that name.</exception>
    public void SetDrained(string name, bool drained)
    {
        lock (_gate)
        {
            var state = _states.FirstOrDefault(state => state.Node.Name == name) ?? throw new ArgumentException(
                $"No node is named '{name}'. The nodes are: {string.Join(", ", _nodes.Select(node => node.Name))}.", nameof(name));
            if (state.Snapshot.IsDrained == drained)
                return;
            state.Snapshot = state.Snapshot with { IsDrained = drained };
            Log.DrainChanged(_logger, name, drained);
            Publish();
        }
    }

    /// <summary>Changes the weights of nodes and publishes.</summary>
    /// <param name="weights">By name; who is not named keeps the weight it has.</param>
    public void SetWeights(IReadOnlyDictionary<string, int> weights)
    {
        lock (_gate)
        {
            foreach (var state in _states)
            {
                if (weights.TryGetValue(state.Node.Name, out var weight))
                    state.Snapshot = state.Snapshot with { Weight = weight };
            }

            Publish();
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _firstRound.TrySetCanceled();
    }

    private void Answered(int index, long started, TimeSpan elapsed, NodeProbeResult result)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            var state = _states[index];
            var wasReachable = state.Snapshot.IsReachable;
            state.Answer(started, result);
            _options.Probed?.Invoke(state.Snapshot, elapsed);
            if (!wasReachable)
                Log.NodeReachable(_logger, state.Node.Name, result.Role);
            state.WasAsked = true;
            Conclude();
            if (_election.Index == index && result.Position is { } position)
                _history.Add(started, position);
            Publish();
            SignalFirstRound();
            SignalWaiters(index, started);
        }
    }

    private void Failed(int index, Exception error)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return;
            Miss(index, error);
            SignalFirstRound();
            SignalWaiters(index, long.MaxValue);
        }
    }

    private void Miss(int index, Exception error)
    {
        var state = _states[index];
        var wasReachable = state.Snapshot.IsReachable || !state.WasAsked;
        state.Miss(error);
        state.WasAsked = true;
        if (wasReachable)
            Log.NodeUnreachable(_logger, state.Node.Name, state.Snapshot.FailureMessage!, error);
        Conclude();
        Publish();
    }

    private void SignalWaiters(int index, long started)
    {
        for (var i = _probeWaiters.Count - 1; i >= 0; i--)
        {
            var waiter = _probeWaiters[i];
            if (waiter.Index != index || waiter.After > started)
                continue;
            waiter.Probed.TrySetResult();
            _probeWaiters.RemoveAt(i);
        }
    }

    private void SignalFirstRound()
    {
        if (!_firstRoundSeen.IsSet && ((_isSettled && _election.Index >= 0) || Array.TrueForAll(_states, each => each.WasAsked && !IsAskedAgain(each))))
        {
            _firstRoundSeen.Set();
            _firstRound.TrySetResult();
        }
    }

    // A replica that is a record behind when the primary is first heard has a lag of unknown time, and would get no read. Under a steady stream
    // of writes that is every replica of a program that has just begun, but its next answer is beyond that position, and tells.
    private bool IsAskedAgain(NodeState state) =>
        _election.Index >= 0 && state.Snapshot is { Role: NodeRole.Replica, IsReachable: true, Lag.Delay: null } && state.Started <= _primarySeenAt;

    private void Conclude()
    {
        var next = _election.Next(_states, isGraceOver: _isSettled || _options.TimeProvider.GetElapsedTime(_startedAt) >= _options.ProbeTimeout);
        if (next == _election)
            return;
        if (next.Epoch != _election.Epoch)
        {
            if (_election.Epoch == 0)
                _primarySeenAt = _options.TimeProvider.GetTimestamp();
            var furthest = _states.Where(state => state.Node != _nodes[next.Index]).Max(state => state.Snapshot.Position) ?? default;
            foreach (var state in _states)
                state.ForgetDescent(furthest);
            _history.Reset(next.Epoch);
            Log.PrimaryFound(_logger, _nodes[next.Index].Name, next.Timeline);
            RequestProbes(); // the others' lag is counted from the new primary's position
        }
        else if (next.Index < 0)
        {
            Log.PrimaryLost(_logger, next.Problem ?? "no node accepts writes");
            RequestProbes(); // a server that was given time because it did not answer may be the primary by now
        }

        _election = next;
    }

    private void Publish()
    {
        var now = _options.TimeProvider.GetTimestamp();
        foreach (var state in _states)
        {
            state.CompareIdentity(_election.SystemIdentifier);
            state.CompareDescent(_election, _history);
            state.MeasureLag(_history, _election.Index >= 0 ? now : _history.Newest ?? now, _options.TimeProvider);
        }

        var previous = _current;
        var next = new ClusterSnapshot(
            previous.Version + 1, [.. _states.Select(state => state.Snapshot)], _election.Index, _election.Epoch, _election.Timeline, _election.Problem);
        Volatile.Write(ref _current, next);
        _published(previous, next);
    }
}

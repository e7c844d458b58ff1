namespace ReplicaRouting.Diagnostics;

/// <summary>Counts commands and remembers lag while somebody looks. Counting allocates nothing; remembering happens where a probe was answered.</summary>
internal sealed class StatisticsRecorder
{
    // What is remembered: five minutes, one sample a second.
    internal const int Samples = 300;

    /// <summary>How long recording goes on after the last look.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(0.95); // probes a second apart jitter
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(10);
    private static readonly int Reasons = Enum.GetValues<RouteReason>().Length;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _nodes;
    private readonly long[] _commands; // by node and reason
    private readonly long[] _reads; // by node
    private readonly Queue<Sample> _samples = new(Samples);
    private readonly long _began;
    private long _lastLook;
    private long _newest;

    public StatisticsRecorder(int nodes, TimeProvider time)
    {
        _nodes = nodes;
        _time = time;
        _commands = new long[nodes * Reasons];
        _reads = new long[nodes];
        _began = _lastLook = time.GetTimestamp();
    }

    /// <summary>Whether nobody has looked for a while.</summary>
    public bool IsForgotten => _time.GetElapsedTime(Volatile.Read(ref _lastLook)) > Patience;

    public TimeSpan Age => _time.GetElapsedTime(_began);

    public void Look() => Volatile.Write(ref _lastLook, _time.GetTimestamp());

    public void Count(int node, RouteReason reason, bool isRead)
    {
        if (node < 0)
            return;
        Interlocked.Increment(ref _commands[(node * Reasons) + (int)reason]);
        if (isRead)
            Interlocked.Increment(ref _reads[node]);
    }

    /// <summary>Remembers a snapshot, unless there is one that is hardly older.</summary>
    public void Remember(ClusterSnapshot cluster)
    {
        var now = _time.GetTimestamp();
        if (Volatile.Read(ref _newest) is not 0 and var newest && _time.GetElapsedTime(newest, now) < Spacing)
            return;
        lock (_lock)
        {
            Volatile.Write(ref _newest, now);
            if (_samples.Count == Samples)
                _samples.Dequeue();
            _samples.Enqueue(new(now, [.. cluster.Nodes.Select(node => node.IsReachable ? node.Lag : null)], Totals()));
        }
    }

    /// <summary>Gets how far a node was behind, oldest first.</summary>
    public IReadOnlyList<LagSample> LagOf(int node)
    {
        var now = _time.GetTimestamp();
        lock (_lock)
            return [.. _samples.Select(sample => new LagSample(_time.GetElapsedTime(sample.Timestamp, now), sample.Lags[node]))];
    }

    public IReadOnlyDictionary<RouteReason, long> CommandsOf(int node) => Enumerable.Range(0, Reasons)
        .Select(reason => (Reason: (RouteReason)reason, Count: Volatile.Read(ref _commands[(node * Reasons) + reason])))
        .Where(each => each.Count > 0).ToDictionary(each => each.Reason, each => each.Count);

    /// <summary>Gets the reads and commands per second of all nodes over the last seconds.</summary>
    public (double Reads, double Commands)[] Rates()
    {
        var now = _time.GetTimestamp();
        (long Reads, long Commands)[] before;
        TimeSpan window;
        lock (_lock)
        {
            var first = _samples.FirstOrDefault(sample => _time.GetElapsedTime(sample.Timestamp, now) <= RateWindow);
            before = first.Totals ?? new (long, long)[_nodes];
            window = _time.GetElapsedTime(first.Totals is null ? _began : first.Timestamp, now);
        }

        return [.. Totals().Select((total, node) => window <= TimeSpan.Zero
            ? default
            : ((total.Reads - before[node].Reads) / window.TotalSeconds, (total.Commands - before[node].Commands) / window.TotalSeconds))];
    }

    private (long Reads, long Commands)[] Totals()
    {
        var totals = new (long Reads, long Commands)[_nodes];
        for (var node = 0; node < _nodes; node++)
        {
            var commands = 0L;
            for (var reason = 0; reason < Reasons; reason++)
                commands += Volatile.Read(ref _commands[(node * Reasons) + reason]);
            totals[node] = (Volatile.Read(ref _reads[node]), commands);
        }

        return totals;
    }

    private readonly record struct Sample(long Timestamp, ReplicationLag?[] Lags, (long Reads, long Commands)[] Totals);
}

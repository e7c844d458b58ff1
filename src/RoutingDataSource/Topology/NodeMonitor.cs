using Npgsql;

namespace ReplicaRouting.Topology;

/// <summary>Probes one server for ever: one held connection, one probe at a time, at jittered intervals, sooner when somebody asks.</summary>
internal sealed class NodeMonitor(
    MonitoredNode node, TopologyOptions options, Func<bool> hasPrimary, Action<long, TimeSpan, NodeProbeResult> answered, Action<Exception> failed)
{
    // A node that does not answer is asked less and less often, up to this many intervals apart. Not where the primary is missing: it may be the one.
    private const int MaxBackOff = 5;

    // How long the first answer of a primary waits for its task, and how long the task may take beside the probes.
    private static readonly TimeSpan LongestFirstTask = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestTask = TimeSpan.FromSeconds(30);

    // The first connection of a process pays for name resolution, certificates and code that runs for the first time.
    private static readonly TimeSpan ShortestFirstTimeout = TimeSpan.FromSeconds(5);

    // Whoever waits for a probe waits for one that is shared by all who ask within this time.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);

    // Requests for an early probe are answered at most this often: 20 times an interval.
    private const int EarlyProbesPerInterval = 20;

    private readonly TimeProvider _time = options.TimeProvider;
    private NpgsqlConnection? _connection;
    private TaskCompletionSource _wake = NewWake();
    private TaskCompletionSource _hurry = NewWake();
    private long? _primaryTaskRan;
    private int _failures;
    private bool _hasAnswered;

    /// <summary>How long a node that has never answered is waited for.</summary>
    public static TimeSpan FirstTimeout(TimeSpan probeTimeout) => probeTimeout > ShortestFirstTimeout ? probeTimeout : ShortestFirstTimeout;

    /// <summary>Asks for a probe before the interval is over. Returns at once; many requests make one probe.</summary>
    public void Wake() => Volatile.Read(ref _wake).TrySetResult();

    /// <summary>Asks for a probe at once, for somebody who waits for it. Requests that come while one is under way make one more.</summary>
    public void Hurry()
    {
        Volatile.Read(ref _hurry).TrySetResult();
        Wake();
    }

    /// <summary>Runs until it is cancelled. Never throws.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var (wake, hurry) = (NewWake(), NewWake());
            Volatile.Write(ref _hurry, hurry); // requests from here on ask for a probe after the one that starts now
            Volatile.Write(ref _wake, wake);
            await ProbeAndReportAsync(stopping).ConfigureAwait(false);
            await PauseAsync(wake.Task, hurry.Task, stopping).ConfigureAwait(false);
        }

        if (_connection is { } connection)
            await DisposeQuietlyAsync(connection).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task PauseAsync(Task wake, Task hurry, CancellationToken stopping)
    {
        var factor = _failures switch
        {
            0 => 1.0,
            1 => 1.0 / EarlyProbesPerInterval, // one missed answer is looked into at once
            _ when !hasPrimary() => 1.0,
            _ => Math.Min(1 << Math.Min(_failures - 2, 8), MaxBackOff),
        };
        var jitter = 0.9 + (0.2 * Random.Shared.NextDouble());
        var shortest = options.ProbeInterval / EarlyProbesPerInterval;
        try
        {
            if (_failures == 0)
            {
                if (hurry.IsCompleted)
                    await Task.Delay(ShortestPause, _time, stopping).ConfigureAwait(false);
                await WaitAsync(hurry, shortest, stopping).ConfigureAwait(false);
            }
            else
                await Task.Delay(shortest, _time, stopping).ConfigureAwait(false); // whoever waits for a server that does not answer changes nothing
            var rest = (options.ProbeInterval * factor * jitter) - shortest;
            if (rest > TimeSpan.Zero)
                await wake.WaitAsync(rest, _time, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // nobody asked for an early probe
        }
        catch (OperationCanceledException)
        {
            // the loop sees it
        }
    }

    // A signal that never comes is the usual case, so it is not told by an exception.
    private async Task WaitAsync(Task signal, TimeSpan longest, CancellationToken stopping)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var delay = Task.Delay(longest, _time, both.Token);
        if (await Task.WhenAny(signal, delay).ConfigureAwait(false) == delay)
            await delay.ConfigureAwait(false);
        else
            await both.CancelAsync().ConfigureAwait(false);
    }

    private async Task ProbeAndReportAsync(CancellationToken stopping)
    {
        var wasHeld = _connection is not null;
        var error = await TryProbeAsync(stopping).ConfigureAwait(false);
        if (error is not null and not TimeoutException && wasHeld && !stopping.IsCancellationRequested)
            error = await TryProbeAsync(stopping).ConfigureAwait(false); // only the held connection was lost, perhaps
        if (stopping.IsCancellationRequested)
            return;
        if (error is null)
        {
            _failures = 0;
            _hasAnswered = true;
            return;
        }

        _failures++;
        failed(error);
    }

    private async Task<Exception?> TryProbeAsync(CancellationToken stopping)
    {
        // The second look at a node that missed a probe is quicker: reads may be waiting on it.
        var limit = !_hasAnswered && _failures == 0 ? FirstTimeout(options.ProbeTimeout)
            : _failures == 1 ? options.ProbeTimeout / 4
            : options.ProbeTimeout;
        var attempt = new Attempt();
        var running = AttemptAsync(_connection, attempt);
        _connection = null; // the attempt owns it until it comes back
        // With a timer that is gone when this method has ended, which that of WaitAsync need not be.
        using var late = new CancellationTokenSource(limit, _time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        try
        {
            try
            {
                _connection = await running.WaitAsync(ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !stopping.IsCancellationRequested && !running.IsCompleted)
            {
                throw new TimeoutException();
            }

            attempt.Dispose();
            return null;
        }
        catch (Exception error)
        {
            // A frozen server keeps a cancelled attempt waiting as well: it is left behind and cleans up after itself. On another thread,
            // because Npgsql cancels by asking that very server, and whoever cancels waits for it.
            attempt.IsLeft = true;
            _ = Task.Run(() => CleanUpAsync(running, attempt), CancellationToken.None);
            // Npgsql's own clock runs as well and may be first. The time of a probe is over either way: another look at once would double it.
            return error is NpgsqlException { InnerException: TimeoutException } ? new TimeoutException(null, error) : error;
        }
    }

    private async Task<NpgsqlConnection> AttemptAsync(NpgsqlConnection? held, Attempt attempt)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // opening may block in name resolution
        var connection = held;
        var cancellationToken = attempt.Token;
        try
        {
            connection ??= await node.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var started = _time.GetTimestamp();
            var result = await options.Probe.ProbeAsync(connection, cancellationToken).ConfigureAwait(false);
            var elapsed = _time.GetElapsedTime(started);
            if (attempt.IsLeft)
                throw new OperationCanceledException();
            var isFirst = _primaryTaskRan is null;
            if (!isFirst || result.Role != NodeRole.Primary)
                answered(started, elapsed, result);
            if (result.Role != NodeRole.Primary)
                _primaryTaskRan = null;
            else if (!isFirst)
                _ = RunPrimaryTaskAsideAsync();
            else
            {
                await RunPrimaryTaskAsync(connection, LongestFirstTask).ConfigureAwait(false);
                if (attempt.IsLeft)
                    throw new OperationCanceledException(); // it was reported missed, and newer probes may know better
                answered(started, elapsed, result); // whoever waits for the first answer gets what the task learned as well
            }

            return connection;
        }
        catch
        {
            if (connection is not null)
                _ = DisposeQuietlyAsync(connection);
            throw;
        }
    }

    // On a connection of its own: a catalog that answers slowly says nothing about the server, whose probes must go on.
    private async Task RunPrimaryTaskAsideAsync()
    {
        if (options.PrimaryTask is null || (_primaryTaskRan is { } ran && _time.GetElapsedTime(ran) < options.PrimaryTaskInterval))
            return;
        _primaryTaskRan = _time.GetTimestamp();
        try
        {
            var connection = await node.ConnectAsync(CancellationToken.None).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            await RunPrimaryTaskAsync(connection, LongestTask).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // the probes tell what is wrong with the server; the task is tried again at its interval
        }
    }

    private async Task RunPrimaryTaskAsync(NpgsqlConnection connection, TimeSpan longest)
    {
        _primaryTaskRan = _time.GetTimestamp();
        if (options.PrimaryTask is not { } task)
            return;
        using var timeout = new CancellationTokenSource(longest, _time);
        try
        {
            await task(connection, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // tried again at its interval
        }
    }

    private static async Task CleanUpAsync(Task<NpgsqlConnection> running, Attempt attempt)
    {
        try
        {
            attempt.Cancel();
            await DisposeQuietlyAsync(await running.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // its error was reported, or it was left behind on purpose
        }

        attempt.Dispose();
    }

    private static async Task DisposeQuietlyAsync(NpgsqlConnection connection)
    {
        try
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // a lost connection: there is nothing left to release
        }
    }

    /// <summary>One probe under way.</summary>
    private sealed class Attempt : IDisposable
    {
        private readonly CancellationTokenSource _cancellation = new();
        private volatile bool _isLeft;

        public CancellationToken Token => _cancellation.Token;

        /// <summary>Nobody waits for its answer any more: it must not be reported.</summary>
        public bool IsLeft
        {
            get => _isLeft;
            set => _isLeft = value;
        }

        public void Cancel() => _cancellation.Cancel();

        public void Dispose() => _cancellation.Dispose();
    }
}

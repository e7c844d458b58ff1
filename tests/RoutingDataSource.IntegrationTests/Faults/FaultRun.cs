using System.Diagnostics;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>A cluster of one primary and three standbys that is broken again and again, in an order from a seed, while workers use it.</summary>
internal sealed class FaultRun(int seed, TimeSpan duration, int workers, Action<string> log) : IAsyncDisposable
{
    private const int CommandTimeout = 8; // seconds

    private readonly FaultCounts _counts = new();
    private readonly Random _random = new(seed);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private PostgresCluster _cluster = null!;
    private RoutingDataSource _source = null!;
    private int _generation; // odd while a promotion is under way
    private int _silences; // odd while a server is silent: stopped, or cut off
    private PrimaryAbsence _absence = new(0, 0);
    private FaultWorker[] _workers = [];
    private NetworkPath? _path; // to the last node, where the machine allows it

    /// <summary>Breaks and mends until the time is over.</summary>
    /// <param name="faults">The names of the faults to choose from; each comes up once before any comes up twice.</param>
    public async Task<FaultCounts> RunAsync(params string[] faults)
    {
        _cluster = await TestPostgres.StartAsync(3, options =>
        {
            options.Settings["max_standby_streaming_delay"] = "0";
            options.Settings["hot_standby_feedback"] = "off";
        });
        await _cluster.Primary.ExecuteAsync(
            "CREATE TABLE kv (id int PRIMARY KEY, n bigint NOT NULL); CREATE TABLE log (worker int, n bigint);" +
            "CREATE TABLE churn AS SELECT i FROM generate_series(1, 3000) i;" +
            $"INSERT INTO kv SELECT i, 0 FROM generate_series(0, {workers - 1}) i");
        await _cluster.WaitForReplayAsync();
        var connectionString = _cluster.ConnectionString;
        if (faults.Contains("cut"))
        {
            var last = _cluster.Nodes[^1];
            _path = await NetworkPath.StartAsync(last.Port);
            connectionString = connectionString.Replace($"127.0.0.1:{last.Port}", $"{_path.Host}:{_path.Port}", StringComparison.Ordinal);
        }

        var builder = new RoutingDataSourceBuilder(connectionString + $";Maximum Pool Size=25;Command Timeout={CommandTimeout}");
        _source = builder.Configure(options => options.FailoverTimeout = TimeSpan.FromSeconds(25)).Build();
        await (await _source.OpenConnectionAsync()).DisposeAsync();

        using var stopping = new CancellationTokenSource();
        _workers = [.. Enumerable.Range(0, workers).Select(id => new FaultWorker(
            id, _source, _counts, () => Volatile.Read(ref _generation), () => Volatile.Read(ref _silences), () => Volatile.Read(ref _absence),
            () => _cluster.Nodes.Any(node => node.IsRunning && !node.IsFrozen), Say))];
        var running = _workers.Select(worker => worker.IsSync
            ? OwnThread.RunAsync(() => worker.RunAsync(stopping.Token))
            : Task.Run(() => worker.RunAsync(stopping.Token))).ToArray();
        try
        {
            var queue = new Queue<string>();
            while (_clock.Elapsed < duration)
            {
                if (queue.Count == 0)
                    queue = new(faults.OrderBy(_ => _random.Next()));
                var fault = queue.Dequeue();
                Say($"fault: {fault}");
                await InflictAsync(fault);
                await WaitUntilAsync(() => _source.Cluster is { Primary: not null } cluster && cluster.Replicas.Count(IsWell) == 3, $"all nodes to be well after {fault}");
            }
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(running);
        }

        _counts.Doubled = await _cluster.Primary.QueryScalarAsync<long>(
            "SELECT count(*) FROM (SELECT worker, n FROM log GROUP BY worker, n HAVING count(*) > 1) AS twice");
        return _counts;
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null)
            await _source.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        if (_path is not null)
            await _path.DisposeAsync();
    }

    private static bool IsWell(NodeSnapshot node) => node is { IsReachable: true, Lag.Delay: { TotalSeconds: < 5 } };

    private PostgresNode AnyReplica() => _cluster.Replicas[_random.Next(_cluster.Replicas.Count)];

    private async Task InflictAsync(string fault)
    {
        var node = AnyReplica();
        switch (fault)
        {
            case "kill":
                await node.KillAsync();
                await LetWorkAsync(2);
                await node.StartAsync();
                break;
            case "freeze":
                Interlocked.Increment(ref _silences);
                await node.FreezeAsync();
                await LetWorkAsync(CommandTimeout + 1); // longer than every time-out: who waits for it fails
                await node.ThawAsync();
                Interlocked.Increment(ref _silences);
                break;
            case "cut":
                Interlocked.Increment(ref _silences);
                await CutOffAsync();
                Interlocked.Increment(ref _silences);
                break;
            case "restart":
                await node.RestartAsync();
                break;
            case "pause":
                await node.PauseReplayAsync();
                await LetWorkAsync(3);
                await node.ResumeReplayAsync();
                break;
            case "delay":
                await node.DelayApplyAsync(TimeSpan.FromSeconds(2));
                await LetWorkAsync(3);
                await node.DelayApplyAsync(TimeSpan.Zero);
                break;
            case "conflict":
                for (var i = 0; i < 5; i++)
                {
                    await _cluster.Primary.ExecuteAsync("DELETE FROM churn; INSERT INTO churn SELECT i FROM generate_series(1, 3000) i");
                    await _cluster.Primary.ExecuteAsync("VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) churn");
                    await LetWorkAsync(0.4);
                }

                break;
            case "slots":
                await FillSlotsAsync(node);
                break;
            case "promote-killed":
                await PromoteAsync(node, killOld: true);
                break;
            case "promote-alive":
                await PromoteAsync(node, killOld: false);
                break;
            default:
                throw new ArgumentException($"Unknown fault '{fault}'.", nameof(fault));
        }
    }

    // Whatever the last node is by now: a replica, or the primary, which its replicas still reach.
    private async Task CutOffAsync()
    {
        var isPrimary = _cluster.Primary == _cluster.Nodes[^1];
        if (isPrimary)
        {
            Interlocked.Increment(ref _generation); // writes that it made may be unknown to us
            Volatile.Write(ref _absence, new(Stopwatch.GetTimestamp(), 0));
        }

        await _path!.CutAsync();
        await LetWorkAsync(5);
        await _path.MendAsync();
        if (isPrimary)
            Volatile.Write(ref _absence, _absence with { Ended = Stopwatch.GetTimestamp() });
        await WaitUntilAsync(() => _source.Cluster.Primary is not null, "the primary to be back");
        if (isPrimary)
            Interlocked.Increment(ref _generation);
    }

    private static async Task FillSlotsAsync(PostgresNode node)
    {
        var connections = new List<NpgsqlConnection>();
        try
        {
            while (true)
                connections.Add(await node.OpenConnectionAsync());
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            await LetWorkAsync(2);
        }
        finally
        {
            foreach (var connection in connections)
                await connection.DisposeAsync();
        }
    }

    private async Task PromoteAsync(PostgresNode next, bool killOld)
    {
        var old = _cluster.Primary;
        Interlocked.Increment(ref _generation); // odd: a failover is in progress
        var acknowledged = _workers.Select(worker => worker.History.Acknowledged).ToArray();
        if (killOld)
        {
            await old.KillAsync();
            next = await MostAdvancedAsync(); // so that the others can follow it
        }

        await next.PromoteAsync();
        var promoted = Stopwatch.GetTimestamp();
        var survived = new Dictionary<int, long>();
        await using (var connection = await next.OpenConnectionAsync())
        await using (var command = new NpgsqlCommand("SELECT id, n FROM kv", connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                survived[reader.GetInt32(0)] = reader.GetInt64(1);
        }

        for (var i = 0; i < acknowledged.Length; i++)
            Interlocked.Add(ref _counts.LostAcknowledged, Math.Max(0, acknowledged[i] - survived[i]));
        await WaitUntilAsync(() => _source.Cluster.Primary?.Port == next.Port, "the router to find the new primary");
        await using (var write = _source.CreateCommand("UPDATE kv SET n = n WHERE id = -1"))
            await write.ExecuteNonQueryAsync();
        _counts.NoteFirstWrite(Stopwatch.GetElapsedTime(promoted));
        if (killOld)
        {
            foreach (var replica in _cluster.Replicas.Where(replica => replica != old))
                await replica.FollowPrimaryAsync();
        }
        else
        {
            // The others have replayed what the old primary wrote after the timelines parted: they must be created anew.
            await LetWorkAsync(1);
            foreach (var replica in _cluster.Replicas.Where(replica => replica != old))
                await replica.RejoinAsync();
            await old.StopAsync();
        }

        await old.RejoinAsync();
        await WaitForIdleWritesAsync();
        Interlocked.Increment(ref _generation);
    }

    private async Task<PostgresNode> MostAdvancedAsync()
    {
        var best = (Node: _cluster.Replicas[0], Received: "");
        foreach (var replica in _cluster.Replicas.Where(replica => replica.IsRunning))
        {
            var received = await replica.QueryScalarAsync<string>("SELECT lpad((pg_last_wal_receive_lsn() - '0/0')::text, 20, '0')");
            if (string.CompareOrdinal(received, best.Received) > 0)
                best = (replica, received!);
        }

        return best.Node;
    }

    // A write that began before the failover may be acknowledged after it; the next generation begins when each worker has gone on since.
    private async Task WaitForIdleWritesAsync()
    {
        var reads = Interlocked.Read(ref _counts.Reads);
        await WaitUntilAsync(() => Interlocked.Read(ref _counts.Reads) > reads + (20 * workers), "the workers to go on");
    }

    /// <summary>Lets the workers use the cluster as it is for a while: the fault's own length, which is part of the experiment.</summary>
    private static Task LetWorkAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds));

    private async Task WaitUntilAsync(Func<bool> condition, string what)
    {
        var deadline = Stopwatch.StartNew();
        while (!condition())
        {
            if (deadline.Elapsed > TimeSpan.FromSeconds(60))
                throw new TimeoutException($"Waited 60 s for {what}: {string.Join("; ", _source.Cluster.Nodes)}");
            await Task.Delay(20);
        }
    }

    private void Say(string message) => log($"[{_clock.Elapsed:mm\\:ss\\.fff}] {message}");
}

using System.Data;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>Things that happen at the worst moment. Afterwards nothing may be held, counted or remembered that is over.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task Cancel_AtAnyMomentOfReadsThatAreLost_LeavesNothingBehind()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(options => options.PrimaryFallbackLimit = 100, extra: ";Maximum Pool Size=8");
        await source.WaitUntilWellAsync();
        using var stopping = new CancellationTokenSource();
        var outcomes = new int[2];
        var readers = Enumerable.Range(0, 6).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stopping.IsCancellationRequested)
            {
                using var cancellation = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(20, 3000)));
                await using var connection = source.CreateConnection();
                try
                {
                    await connection.OpenAsync(cancellation.Token);
                    await using var command = connection.CreateCommand();
                    command.CommandText = random.Next(4) == 0 ? "/* route: primary */ SELECT 1" : "SELECT 1";
                    if (random.Next(8) == 0)
                        await command.PrepareAsync(cancellation.Token);
                    await using var reader = await command.ExecuteReaderAsync(random.Next(2) == 0 ? CommandBehavior.CloseConnection : CommandBehavior.Default, cancellation.Token);
                    try
                    {
                        Assert.True(await reader.ReadAsync(cancellation.Token));
                        Assert.Equal(1, reader.GetInt32(0));
                        Interlocked.Increment(ref outcomes[0]);
                    }
                    catch (NpgsqlException)
                    {
                        // lost when it had been handed out: nobody repeats that
                    }
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref outcomes[1]);
                }
            }
        })).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var (answered, cancelled) = (outcomes[0], outcomes[1]);
            await cluster.Replicas[i % 2].KillAsync();
            await Until.TrueAsync(() => outcomes[0] > answered + 50 && outcomes[1] > cancelled + 50, "reads of both outcomes");
            await cluster.Replicas[i % 2].StartAsync();
            await Until.TrueAsync(() => source.Cluster.Replicas.Count(node => node.IsReachable) == 2, "the replica to be back");
        }

        await stopping.CancelAsync();
        await Task.WhenAll(readers); // nothing but answers and cancellations
        await NothingIsHeldAsync(source);
    }

    [Fact]
    public async Task DisposeOfTheDataSource_UnderReadsThatAreLost_EndsThemAll()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        var source = cluster.Build();
        await source.WaitUntilWellAsync();
        var reads = 0;
        var readers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                try
                {
                    await source.RunAsync("SELECT 1");
                    Interlocked.Increment(ref reads);
                }
                catch (Exception error) when (error is ObjectDisposedException or NpgsqlException or InvalidOperationException or OperationCanceledException)
                {
                    return;
                }
            }
        })).ToArray();
        await Until.TrueAsync(() => Volatile.Read(ref reads) > 100, "reads");
        await cluster.Replicas[0].KillAsync();
        await source.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Session_SharedByParallelWritersAndReaders_EachSeesWhatHadEnded()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT i, 0 FROM generate_series(0, 7) i");
        await cluster.WaitForReplayAsync();
        await cluster.Replicas[0].DelayApplyAsync(TimeSpan.FromMilliseconds(300));
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        var written = new int[8];
        var onReplicas = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(id => Task.Run(async () =>
        {
            var random = new Random(id);
            for (var i = 1; i <= 150; i++)
            {
                if (i % 30 == 0)
                {
                    await source.RunAsync($"UPDATE t SET n = {i} WHERE id = {id}");
                    Volatile.Write(ref written[id], i);
                }

                var other = random.Next(8);
                var atLeast = Volatile.Read(ref written[other]); // by any task of the session
                var (value, route) = await source.RunAsync($"SELECT n FROM t WHERE id = {other}");
                Assert.True((int)value! >= atLeast, $"read {value} of {other} after {atLeast} was written, on {route}");
                if (route.Target == RouteTarget.Replica)
                    Interlocked.Increment(ref onReplicas);
            }
        })));
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT n FROM t WHERE id = 0")) is { Value: 150, Route.Target: RouteTarget.Replica }, "the session to be free");
        await NothingIsHeldAsync(source);
    }

    [Fact]
    public async Task DrainAndResume_WhileReading_LosesNothing()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(options => options.ReplicaSelection = ReplicaSelection.LeastInUse);
        await source.WaitUntilWellAsync();
        using var stopping = new CancellationTokenSource();
        var reads = 0;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                Assert.Equal(1, (await source.RunAsync("SELECT 1")).Value);
                Interlocked.Increment(ref reads);
            }
        })).ToArray();
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var name = cluster.Replicas[random.Next(2)].Name;
            var before = Volatile.Read(ref reads);
            if (random.Next(2) == 0)
                source.Drain(name);
            else
                source.Resume(name);
            await Until.TrueAsync(() => Volatile.Read(ref reads) > before + 2, "reads to go on");
        }

        foreach (var replica in cluster.Replicas)
            source.Drain(replica.Name);
        await stopping.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(RouteReason.NoReplica, (await source.RunAsync("SELECT 1")).Route.Reason);
        await NothingIsHeldAsync(source);
    }

    [Fact]
    public async Task Rule_ThatThrows_IsTheProgramsErrorAndLeavesTheConnectionUsable()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var rule = new Throwing();
        await using var source = cluster.Build(rules: rule);
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        rule.Throws = true;
        Assert.Equal("of the rule", (await Assert.ThrowsAsync<FormatException>(() => command.ExecuteScalarAsync())).Message);
        Assert.Equal(ConnectionState.Open, connection.FullState);
        Assert.Equal(3, (await connection.RunAsync("SELECT 3 FOR UPDATE")).Value); // no rule is asked about what cannot be read elsewhere
        Assert.Throws<FormatException>(() => command.ExecuteReader(CommandBehavior.CloseConnection));
        Assert.Equal(ConnectionState.Closed, connection.State); // as after every error
        await connection.OpenAsync();
        rule.Throws = false;
        Assert.Equal(1, await command.ExecuteScalarAsync());
        await connection.CloseAsync();
        await NothingIsHeldAsync(source);
    }

    [Fact]
    public async Task Read_PoolOfItsReplicaExhausted_RunsElsewhereAndTheNodeStaysIn()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(extra: ";Maximum Pool Size=1");
        await source.WaitUntilWellAsync();
        source.Drain(cluster.Replicas[1].Name);
        await using var holder = await source.OpenConnectionAsync();
        await using var held = holder.CreateCommand();
        held.CommandText = "SELECT 1";
        await using (await held.ExecuteReaderAsync())
        {
            foreach (var isSync in new[] { false, true })
            {
                await using var command = source.CreateCommand("SELECT 2");
                Assert.Equal(2, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync());
                Assert.Equal((RouteTarget.Primary, true), (command.LastRoute!.Value.Target, command.LastRoute.Value.WasRerun));
            }

            Assert.True(source.Cluster.Nodes.All(node => node.IsReachable), "a full pool was taken for a dead server");
        }

        await holder.CloseAsync();
        Assert.Equal(cluster.Replicas[0].Name, (await source.RunAsync("SELECT 3")).Route.Node);
    }

    [Fact]
    public async Task Read_BudgetOfSecondTriesSpent_FailsWithItsOwnError()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(options => options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromSeconds(30)); // no probe helps
        await source.WaitUntilWellAsync();
        Assert.Equal(RouteTarget.Replica, (await source.RunAsync("SELECT 1")).Route.Target); // there is a connection to lose
        await cluster.Replicas[0].KillAsync();
        using var stop = new CancellationTokenSource();
        using var spent = new ManualResetEventSlim();
        var spender = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (!source.TryRerun()) // again and again, because the budget comes back with time
                    spent.Set();
            }
        });
        spender.Start();
        spent.Wait();
        var error = await Record.ExceptionAsync(() => source.RunAsync("SELECT 1"));
        await stop.CancelAsync();
        spender.Join();
        Assert.True(Assert.IsAssignableFrom<NpgsqlException>(error).IsTransient);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Prepare_OnAReplicaThatIsLost_HappensWhereTheCommandRuns(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        source.Drain(cluster.Replicas[1].Name);
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(cluster.Replicas[0].Name, (await connection.RunAsync("SELECT 1")).Route.Node);
        source.Resume(cluster.Replicas[1].Name);
        await cluster.Replicas[0].KillAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM pg_class WHERE relname = 'pg_class'";
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new("SELECT 2"));
        if (isSync)
        {
            command.Prepare();
            batch.Prepare();
            Assert.Equal(1L, command.ExecuteScalar());
            Assert.Equal(2, batch.ExecuteScalar());
        }
        else
        {
            await command.PrepareAsync();
            await batch.PrepareAsync();
            Assert.Equal(1L, await command.ExecuteScalarAsync());
            Assert.Equal(2, await batch.ExecuteScalarAsync());
        }

        Assert.NotEqual(cluster.Replicas[0].Name, command.LastRoute!.Value.Node);
        Assert.True(command.IsPrepared);
    }

    [Fact]
    public async Task Prepare_OfAReadThatFellBack_TakesNoPlaceFromReads()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(options => (options.PrimaryFallbackLimit, options.BeyondFallbackLimit) = (1, BeyondFallbackLimit.Fail));
        await source.WaitUntilWellAsync();
        source.Drain(cluster.Replicas[0].Name);
        await using var connection = await source.OpenConnectionAsync();
        await using var prepared = connection.CreateCommand();
        prepared.CommandText = "SELECT 1";
        await prepared.PrepareAsync();
        Assert.Equal(RouteReason.NoReplica, (await source.RunAsync("SELECT 2")).Route.Reason);
        Assert.Equal(1, await prepared.ExecuteScalarAsync());
    }

    /// <summary>Every pool gives out all it has, no node is in use, no read counts as fallen back.</summary>
    private static async Task NothingIsHeldAsync(RoutingDataSource source)
    {
        await Until.TrueAsync(() => source.Nodes.All(node => node.InUse == 0), $"no node to be in use: {string.Join(", ", source.Nodes.Select(node => node.InUse))}");
        Assert.Equal(0, source.FallbackReads);
        await Until.TrueAsync(
            () => source.Nodes.SelectMany(node => node.Pools).All(pool => ServerLink.InUse(pool) == 0), "every connection to be back in its pool");
    }

    private sealed class Throwing : IRoutingRule
    {
        public bool Throws { get; set; }

        public RuleDecision Decide(in RuleContext context) => Throws ? throw new FormatException("of the rule") : RuleDecision.None;
    }
}

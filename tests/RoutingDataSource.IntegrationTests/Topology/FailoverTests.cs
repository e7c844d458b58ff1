using Npgsql;
using ReplicaRouting.IntegrationTests.Faults;

namespace ReplicaRouting.IntegrationTests.Topology;

public sealed class FailoverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ReplicaKilledUnderLoad_NoReadFails(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var stopping = new CancellationTokenSource();
        var reads = 0;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stopping.IsCancellationRequested)
            {
                await using var command = source.CreateCommand("SELECT 1");
                Assert.Equal(1, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync());
                Interlocked.Increment(ref reads);
            }
        })).ToArray();
        await Until.TrueAsync(() => Volatile.Read(ref reads) > 200, "reads before");
        await cluster.Replicas[0].KillAsync();
        var before = Volatile.Read(ref reads);
        await Until.TrueAsync(() => Volatile.Read(ref reads) > before + 500, "reads after");
        await stopping.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(cluster.Replicas[1].Name, (await source.RunAsync("SELECT 1")).Route.Node);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ReplicaFrozenInTheMiddle_IsAnsweredElsewhere(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(extra: Routing.Patient);
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        var first = (await connection.RunAsync("SELECT 1")).Route.Node;
        var frozen = cluster.Replicas.Single(node => node.Name == first);
        await frozen.FreezeAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 2";
        await OwnThread.RunAsync(async () => Assert.Equal(2, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync())).WaitAsync(Until.Longest);
        Assert.True(command.LastRoute!.Value.WasRerun);
        Assert.NotEqual(first, command.LastRoute.Value.Node);
        await frozen.ThawAsync();
        await Until.TrueAsync(() => source.Cluster.Replicas.All(node => node.IsReachable), "the node to be back");
    }

    [Fact]
    public async Task Write_PrimaryKilledAndStandbyPromoted_GoesOnByItself()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.FailoverTimeout = TimeSpan.FromSeconds(20));
        await source.WaitUntilWellAsync();

        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss to be seen");
        Assert.Equal(RouteTarget.Replica, (await source.RunAsync("SELECT count(*) FROM t")).Route.Target); // reads go on
        var write = source.RunAsync("INSERT INTO t VALUES (1)");
        await cluster.Replicas[0].PromoteAsync();
        Assert.Equal(cluster.Primary.Name, (await write).Route.Node);
        Assert.Equal(1L, await cluster.Primary.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Write_NoPrimary_FailsAtOnceWithATransientError()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss to be seen");
        var error = await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("CREATE TABLE t (i int)"));
        Assert.True(error.IsTransient);
        Assert.Contains("There is no primary", error.Message, StringComparison.Ordinal);
        Assert.Contains("node1: unreachable", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_PrimaryDemotedBehindItsBack_RunsOnTheNewOne(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        // Probes so rare that the refusal itself has to tell.
        await using var source = cluster.Build(options =>
        {
            options.ProbeInterval = TimeSpan.FromMinutes(1);
            options.ProbeTimeout = TimeSpan.FromSeconds(5);
        });
        await (await source.OpenConnectionAsync()).DisposeAsync();
        var old = cluster.Primary;
        await old.StopAsync();
        await cluster.Replicas[0].PromoteAsync();
        await old.RejoinAsync();

        await using var command = source.CreateCommand("INSERT INTO t VALUES (1)");
        Assert.Equal(1, isSync ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync());
        var route = command.LastRoute!.Value;
        Assert.Equal((cluster.Primary.Name, RouteReason.PrimaryMoved, true), (route.Node, route.Reason, route.WasRerun));
        Assert.Equal(1L, await cluster.Primary.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Write_RefusedBySettingsOfTheRole_IsTheProgramsErrorAndMovesNothing()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int); ALTER ROLE postgres SET default_transaction_read_only = on");
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(() => source.RunAsync("INSERT INTO t VALUES (1)"));
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        Assert.Equal(cluster.Primary.Name, source.Cluster.Primary?.Name);
    }

    [Fact]
    public async Task Read_OldPrimaryLeftAlive_ItsStandbyServesNothing()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();

        var old = cluster.Primary;
        var follower = cluster.Replicas[1];
        await cluster.Replicas[0].PromoteAsync();
        await Until.TrueAsync(() => source.Cluster.Primary?.Name == cluster.Primary.Name, "the new primary to be found");
        // The old primary goes on writing, and its standby is far ahead of the new primary.
        await old.ExecuteAsync("INSERT INTO t SELECT generate_series(1, 20000)");
        await Until.TrueAsync(async () => await follower.QueryScalarAsync<long>("SELECT count(*) FROM t") == 20_000, "the old standby to follow the old primary");
        var version = source.Cluster.Version;
        await Until.TrueAsync(() => source.Cluster.Version > version + 10, "all nodes to be probed");
        for (var i = 0; i < 10; i++)
            Assert.Equal(0L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
        Assert.False(source.Cluster.Nodes.Single(node => node.Name == follower.Name).FollowsPrimary);

        await follower.RejoinAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Node == follower.Name, "the re-created standby to serve");
    }

    [Fact]
    public async Task Probes_PoolsExhausted_GoOn()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(extra: ";Maximum Pool Size=1");
        await source.WaitUntilWellAsync();
        await using var reading = await source.OpenConnectionAsync();
        await using var read = reading.CreateCommand();
        read.CommandText = "SELECT 1";
        await using var reader = await read.ExecuteReaderAsync(); // the replica's only connection
        await using var writing = await source.OpenConnectionAsync();
        await using var transaction = await writing.BeginTransactionAsync(); // the primary's
        await cluster.Replicas[0].KillAsync();
        await Until.TrueAsync(() => !source.Cluster.Replicas.Single().IsReachable, "the loss to be seen");
        await cluster.Replicas[0].StartAsync();
        await Until.TrueAsync(() => source.Cluster.Replicas.Single().IsReachable, "the return to be seen");
    }

    [Fact]
    public async Task Read_InPrimaryScope_LostWithThePrimary_IsNotAnsweredByAReplica()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var scope = RoutingSession.UsePrimary();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(RouteReason.PrimaryScope, (await connection.RunAsync("SELECT 1")).Route.Reason);
        await cluster.Primary.KillAsync();
        Assert.True((await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.RunAsync("SELECT 1"))).IsTransient);
    }

    [Fact]
    public async Task Read_LostWithoutFallBackToPrimary_GoesToAnotherReplicaOrFails()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(options => options.FallBackToPrimary = false);
        await source.WaitUntilWellAsync();
        for (var i = 0; i < 4; i++)
            await source.RunAsync("SELECT 1"); // both pools have a connection that will be lost
        await cluster.Replicas[0].KillAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(cluster.Replicas[1].Name, (await source.RunAsync("SELECT 1")).Route.Node);
        await cluster.Replicas[1].KillAsync();
        for (var i = 0; i < 10; i++)
            Assert.True((await Assert.ThrowsAnyAsync<NpgsqlException>(() => source.RunAsync("SELECT 1"))).IsTransient);
    }

    [Theory]
    [InlineData(ReplicaSelection.WeightedRoundRobin, 1)]
    [InlineData(ReplicaSelection.WeightedRandom, 1)]
    [InlineData(ReplicaSelection.LeastInUse, 1)]
    [InlineData(ReplicaSelection.WeightedRoundRobin, 0)]
    [InlineData(ReplicaSelection.LeastInUse, 0)]
    public async Task Read_LostWithItsReplica_RunsOnTheOtherHoweverReplicasAreChosen(ReplicaSelection selection, int weight)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = new RoutingDataSourceBuilder()
            .AddPrimary(cluster.Primary.ConnectionString)
            .AddReplica(cluster.Replicas[0].ConnectionString, name: "lost")
            .AddReplica(cluster.Replicas[1].ConnectionString, weight, name: "left")
            .Configure(options => (options.ReplicaSelection, options.FallBackToPrimary) = (selection, false))
            .Build();
        await source.WaitUntilWellAsync();
        source.Drain("lost");
        var holders = new List<RoutingConnection>();
        for (var i = 0; i < 3; i++) // so that the one with fewer connections in use is the one that is lost
        {
            holders.Add(await source.OpenConnectionAsync());
            Assert.Equal("left", (await holders[i].RunAsync("SELECT 1")).Route.Node);
        }

        source.Resume("lost");
        source.Drain("left");
        Assert.Equal("lost", (await source.RunAsync("SELECT 1")).Route.Node); // a connection that will be lost
        source.Resume("left");
        await cluster.Replicas[0].KillAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal(("left", RouteTarget.Replica), (await source.RunAsync("SELECT 1")).Route is var (node, target, _, _) ? (node, target) : default);
        foreach (var holder in holders)
            await holder.DisposeAsync();
    }
}

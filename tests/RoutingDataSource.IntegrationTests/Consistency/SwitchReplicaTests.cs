using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Consistency;

/// <summary>Which replica the reads of one connection or session go to, one after the other.</summary>
public sealed class SwitchReplicaTests
{
    private const string Count = "SELECT count(*) FROM t";

    [Theory]
    [InlineData(SwitchReplica.PerConnection, 1)]
    [InlineData(SwitchReplica.PerCommand, 2)]
    public async Task Reads_OfOneConnection_StayOrGoRoundAndLeaveThePrimaryAlone(SwitchReplica way, int nodes)
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build(options => options.SwitchReplica = way);
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        for (var round = 0; round < 2; round++)
        {
            var routes = new List<CommandRoute>();
            for (var i = 0; i < 10; i++)
                routes.Add((await connection.RunAsync(Count)).Route);
            Assert.All(routes, route => Assert.Equal(RouteTarget.Replica, route.Target));
            Assert.Equal(nodes, routes.Select(route => route.Node).Distinct().Count());

            using (RoutingSession.UsePrimary()) // what it shows may be newer than the replicas, which PerCommand does not mind
                await connection.RunAsync(Count);
            await Until.TrueAsync(async () => (await connection.RunAsync(Count)).Route.Target == RouteTarget.Replica, "the replicas to serve");
        }

        // What one has written is seen in either way.
        foreach (var replica in cluster.Replicas)
            await replica.PauseReplayAsync();
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        for (var i = 0; i < 5; i++)
            Assert.Equal(1L, (await connection.RunAsync(Count)).Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadsThatMayBeOld_OfOneConnection_StayWithItsReplica(bool isHint)
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        var (_, first) = await connection.RunAsync(Count);
        for (var i = 0; i < 6; i++)
        {
            using (isHint ? null : RoutingSession.UseReplica())
                Assert.Equal(first, (await connection.RunAsync((isHint ? "/* route: replica */ " : "") + Count)).Route);
            Assert.Equal(first, (await connection.RunAsync(Count)).Route); // nothing has moved, so nobody is sent to the primary
        }

        source.Drain(first.Node!);
        using (RoutingSession.UseReplica())
            Assert.Equal((RouteTarget.Replica, true), (await connection.RunAsync(Count)).Route is var (node, target, _, _) ? (target, node != first.Node) : default);
    }

    [Fact]
    public async Task ReadThatMayBeOld_OnAReplicaThatComesIntoUseLater_DoesNotMakeOthersOld()
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build(options => options.MaxReplicaLag = null);
        await source.WaitUntilWellAsync();
        var (behind, ahead) = (cluster.Replicas[0], cluster.Replicas[1]);
        await behind.PauseReplayAsync();
        source.Drain(behind.Name);
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await ahead.WaitForReplayAsync();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(1L, (await connection.RunAsync(Count)).Value);
        await connection.CloseAsync();
        await HearAllAsync(source);
        await connection.OpenAsync(); // all replicas in use have what it has seen: it may choose again
        source.Resume(behind.Name);
        source.Drain(ahead.Name);
        using (RoutingSession.UseReplica())
            Assert.Equal(0L, (await connection.RunAsync(Count)).Value);
        for (var i = 0; i < 4; i++)
            Assert.Equal(1L, (await connection.RunAsync(Count)).Value);
    }

    [Fact]
    public async Task Reader_OfSeveralResults_TheLastOfThemIsWhatWasSeen()
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build(options => options.MaxReplicaLag = null);
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT repeat('x', 1000) FROM generate_series(1, 40000); " + Count;
        long shown;
        await using (var reader = await command.ExecuteReaderAsync())
        {
            // The server does not come to the second statement before the first one's rows are read.
            await HearAllAsync(source);
            await cluster.Replicas.Single(replica => replica.Name != command.LastRoute!.Value.Node).PauseReplayAsync();
            await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
            await cluster.Replicas.Single(replica => replica.Name == command.LastRoute!.Value.Node).WaitForReplayAsync();
            while (await reader.ReadAsync())
            {
            }

            Assert.True(await reader.NextResultAsync() && await reader.ReadAsync());
            shown = reader.GetInt64(0);
        }

        Assert.Equal(1L, shown);
        for (var i = 0; i < 4; i++)
        {
            await connection.CloseAsync();
            await connection.OpenAsync();
            Assert.Equal(1L, (await connection.RunAsync(Count)).Value);
        }
    }

    [Fact]
    public async Task ReadOnlyTransaction_InASession_IsSeenByTheSessionsOtherReads()
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build(options => options.MaxReplicaLag = null);
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await cluster.Replicas[1].WaitForReplayAsync();
        source.Drain(cluster.Replicas[0].Name);
        using var session = RoutingSession.Begin();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, readOnly: true);
        Assert.Equal((1L, RouteReason.ReadOnlyTransaction), await connection.RunAsync(Count) is var (value, route) ? ((long)value!, route.Reason) : default);
        source.Resume(cluster.Replicas[0].Name);
        for (var i = 0; i < 4; i++)
            Assert.Equal(1L, (await source.RunAsync(Count)).Value);
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        return cluster;
    }

    private static async Task HearAllAsync(RoutingDataSource source)
    {
        var version = source.Cluster.Version;
        await Until.TrueAsync(() => source.Cluster.Version > version + 8, "all nodes to be probed twice");
    }
}

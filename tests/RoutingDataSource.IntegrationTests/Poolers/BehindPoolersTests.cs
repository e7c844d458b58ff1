using Npgsql;

namespace ReplicaRouting.IntegrationTests.Poolers;

public sealed class BehindPoolersTests
{
    [PoolerFact]
    public async Task Routing_BehindPgBouncerInTransactionMode_ProbesAndReadsItsOwnWrites()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var primary = await PoolerProcess.StartPgBouncerAsync(cluster.Primary);
        await using var replica = await PoolerProcess.StartPgBouncerAsync(cluster.Replicas[0]);
        await using var source = Build(cluster.Primary.ConnectionString, primary, replica);
        await source.WaitUntilWellAsync();

        Assert.Equal("replica", (await source.RunAsync("SELECT count(*) FROM t")).Route.Node);
        using (RoutingSession.Begin())
        {
            await source.RunAsync("INSERT INTO t VALUES (1)");
            Assert.Equal(1L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
            await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Node == "replica", "the replica to catch up");
        }

        // What probes set is not seen by whoever gets the server connection next.
        var version = source.Cluster.Version;
        await Until.TrueAsync(() => source.Cluster.Version > version + 10, "many probes");
        for (var i = 0; i < 6; i++)
            Assert.Equal("0", (await source.RunAsync("SELECT current_setting('statement_timeout')")).Value);
    }

    [PoolerFact]
    public async Task Routing_BehindHaProxy_LosesNoReadWithItsBackend()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var primary = await PoolerProcess.StartHaProxyAsync(cluster.Primary);
        await using var replica = await PoolerProcess.StartHaProxyAsync(cluster.Replicas[0]);
        await using var source = Build(cluster.Primary.ConnectionString, primary, replica);
        await source.WaitUntilWellAsync();
        Assert.Equal("replica", (await source.RunAsync("SELECT 1")).Route.Node);

        await cluster.Replicas[0].KillAsync();
        for (var i = 0; i < 50; i++)
            Assert.Equal(1, (await source.RunAsync("SELECT 1")).Value);
        await Until.TrueAsync(() => source.Cluster.Nodes.Any(node => !node.IsReachable), "the loss to be seen");
        await cluster.Replicas[0].StartAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT 1")).Route.Node == "replica", "the replica to be back");
    }

    private static RoutingDataSource Build(string connectionString, PoolerProcess primary, PoolerProcess replica)
    {
        return new RoutingDataSourceBuilder()
            .AddPrimary(Through(primary), name: "primary")
            .AddReplica(Through(replica), name: "replica")
            .Configure(options => options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromMilliseconds(400))
            .Build();

        string Through(PoolerProcess pooler) =>
            new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = pooler.Port, NoResetOnClose = true }.ConnectionString;
    }
}

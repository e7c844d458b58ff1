using Npgsql;
using ReplicaRouting.MessageServer;

namespace ReplicaRouting.IntegrationTests.Poolers;

public sealed class BehindPoolersTests
{
    [PoolerFact]
    public async Task Routing_BehindPgBouncerInTransactionMode_ProbesAndReadsItsOwnWrites()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var pooler = await PgBouncer.StartAsync(cluster.Primary, [cluster.Replicas[0].Port]);
        await using var source = Build(
            cluster.Primary.ConnectionString, (pooler.Port, PgBouncer.PrimaryDatabase), (pooler.Port, PgBouncer.ReplicaDatabase(0)));
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
        await using var proxy = await HaProxy.StartAsync([cluster.Primary, cluster.Replicas[0]]);
        var database = cluster.Options.Database;
        await using var source = Build(cluster.Primary.ConnectionString, (proxy.Ports[0], database), (proxy.Ports[1], database));
        await source.WaitUntilWellAsync();
        Assert.Equal("replica", (await source.RunAsync("SELECT 1")).Route.Node);

        await cluster.Replicas[0].KillAsync();
        for (var i = 0; i < 50; i++)
            Assert.Equal(1, (await source.RunAsync("SELECT 1")).Value);
        await Until.TrueAsync(() => source.Cluster.Nodes.Any(node => !node.IsReachable), "the loss to be seen");
        await cluster.Replicas[0].StartAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT 1")).Route.Node == "replica", "the replica to be back");
    }

    private static RoutingDataSource Build(string connectionString, (int Port, string Database) primary, (int Port, string Database) replica)
    {
        return new RoutingDataSourceBuilder()
            .AddPrimary(Through(primary), name: "primary")
            .AddReplica(Through(replica), name: "replica")
            .Configure(options => options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromMilliseconds(400))
            .Build();

        string Through((int Port, string Database) way) => new NpgsqlConnectionStringBuilder(connectionString)
        {
            Host = "127.0.0.1",
            Port = way.Port,
            Database = way.Database,
            NoResetOnClose = true,
        }.ConnectionString;
    }
}

using System.Data;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>Connections that were idle in a pool while their server changed its part are not used again.</summary>
public sealed class DemotionTests
{
    private const int Idle = 3;
    private const string Read = "SELECT count(*) FROM t /* pooled */";
    private const string Write = "INSERT INTO t VALUES (1) /* pooled */";

    [Fact]
    public async Task Promotion_OldPrimaryLeftAlive_ClosesTheIdleConnectionsToBoth()
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        var (old, promoted) = (cluster.Primary, cluster.Replicas[0]);
        await FillAsync(source, Read, promoted);
        await FillAsync(source, Write, old);
        await promoted.WaitForReplayAsync(); // or the rows would not be there after the promotion
        var (readers, writers) = (await BackendsAsync(promoted), await BackendsAsync(old));
        Assert.Equal((Idle, Idle), (readers.Length, writers.Length));

        await promoted.PromoteAsync();
        await Until.TrueAsync(() => source.Cluster.Primary?.Name == promoted.Name, "the new primary to be found");
        await Until.TrueAsync(async () => !readers.Intersect(await BackendsAsync(promoted)).Any(), "the idle connections to the promoted node to be closed");
        await Until.TrueAsync(async () => !writers.Intersect(await BackendsAsync(old)).Any(), "the idle connections to the old primary to be closed");
        await AssertWritesGoToAsync(source, promoted, atLeast: Idle);
        Assert.Equal((long)Idle, await old.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Promotion_OldPrimaryBackAsAStandby_NothingOfItsPoolIsUsedAgain()
    {
        await using var cluster = await StartAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        var (old, promoted) = (cluster.Primary, cluster.Replicas[0]);
        await FillAsync(source, Write, old);
        await promoted.WaitForReplayAsync();
        Assert.Equal(Idle, (await BackendsAsync(old)).Length);

        await old.StopAsync();
        await promoted.PromoteAsync();
        await old.RejoinAsync();
        await Until.TrueAsync(
            () => source.Cluster is { Primary.Name: var primary } && primary == promoted.Name && source.Cluster.Replicas.Any(node => node is { IsReachable: true, Lag.Bytes: 0 }),
            "the nodes to have changed their parts");
        // What the server has closed stays half open here until its pool is cleared.
        await Until.TrueAsync(() => OwnSockets.HalfClosedTo(old) == 0, "the idle connections to the old primary to be closed");
        await AssertWritesGoToAsync(source, promoted, atLeast: Idle);

        // A read-only transaction on a replica uses the pool that writes came from, and is not run again when its connection is lost.
        await source.WaitUntilWellAsync();
        var open = new List<RoutingConnection>();
        for (var i = 0; i < 2 * Idle; i++)
        {
            open.Add(await source.OpenConnectionAsync());
            await using var transaction = await open[^1].BeginTransactionAsync(IsolationLevel.ReadCommitted, readOnly: true);
            Assert.Equal(old.Name, (await open[^1].RunAsync("SELECT 1")).Route.Node);
        }

        foreach (var connection in open)
            await connection.DisposeAsync();
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        return cluster;
    }

    /// <summary>Leaves some connections to a node idle in its pool, with this text as the last that ran on them.</summary>
    private static async Task FillAsync(RoutingDataSource source, string sql, PostgresNode node)
    {
        var open = new List<RoutingConnection>();
        for (var i = 0; i < Idle; i++)
        {
            open.Add(await source.OpenConnectionAsync());
            Assert.Equal(node.Name, (await open[^1].RunAsync(sql)).Route.Node); // kept until Close
        }

        foreach (var connection in open)
            await connection.DisposeAsync();
    }

    private static async Task<int[]> BackendsAsync(PostgresNode node) => await node.QueryScalarAsync<int[]>(
        $"SELECT array(SELECT pid FROM pg_stat_activity WHERE query IN ('{Read}', '{Write}'))") ?? [];

    private static async Task AssertWritesGoToAsync(RoutingDataSource source, PostgresNode node, int atLeast)
    {
        var before = await node.QueryScalarAsync<long>("SELECT count(*) FROM t");
        await FillAsync(source, Write, node);
        Assert.Equal(before + atLeast, await node.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }
}

using System.Text.RegularExpressions;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>A standby that receives the log from another standby.</summary>
public sealed class CascadeTests
{
    [Fact]
    public async Task Read_UpstreamStandbyIsPaused_GoesWhereTheWriteHasArrived()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await CascadeAsync(cluster);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        var (upstream, downstream) = (cluster.Replicas[0], cluster.Replicas[1]);
        await upstream.PauseReplayAsync();
        using var session = RoutingSession.Begin();
        await source.RunAsync("INSERT INTO t VALUES (1)");
        // The log goes on through a standby that does not replay it.
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")) is var (value, route) && value is 1L && route.Node == downstream.Name, "the last standby to have it");
        for (var i = 0; i < 10; i++)
            Assert.Equal((1L, downstream.Name), (await source.RunAsync("SELECT count(*) FROM t")) is var (value, route) ? ((long)value!, route.Node) : default);
        await upstream.ResumeReplayAsync();
        await source.WaitUntilWellAsync();
    }

    [Fact]
    public async Task Write_UpstreamStandbyIsPromoted_TheStandbyBehindItServesOn()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await CascadeAsync(cluster);
        await using var source = cluster.Build(options => options.FailoverTimeout = TimeSpan.FromSeconds(30));
        await source.WaitUntilWellAsync();
        var (upstream, downstream) = (cluster.Replicas[0], cluster.Replicas[1]);
        await cluster.Primary.KillAsync();
        await upstream.PromoteAsync();
        using var session = RoutingSession.Begin();
        Assert.Equal(upstream.Name, (await source.RunAsync("INSERT INTO t VALUES (2)")).Route.Node);
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT max(i) FROM t")) is var (value, route) && value is 2 && route.Node == downstream.Name, "the standby behind it to serve");
        Assert.True(source.Cluster.Nodes.Single(node => node.Name == downstream.Name).FollowsPrimary);
    }

    /// <summary>Lets the last standby receive from the first.</summary>
    private static async Task CascadeAsync(PostgresCluster cluster)
    {
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        var (upstream, downstream) = (cluster.Replicas[0], cluster.Replicas[1]);
        var source = await downstream.QueryScalarAsync<string>("SELECT current_setting('primary_conninfo')");
        var moved = Regex.Replace(source!, $@"\b{cluster.Primary.Port}\b", $"{upstream.Port}");
        Assert.NotEqual(source, moved);
        await downstream.ExecuteAsync($"ALTER SYSTEM SET primary_conninfo = '{moved.Replace("'", "''", StringComparison.Ordinal)}'");
        await downstream.ExecuteAsync("SELECT pg_reload_conf()");
        await Until.TrueAsync(async () => await upstream.QueryScalarAsync<long>("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 1, "the cascade");
    }
}

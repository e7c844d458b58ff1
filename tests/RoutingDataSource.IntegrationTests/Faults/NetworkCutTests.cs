using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>Servers that are there and cannot be reached: packets are dropped and nobody is told.</summary>
public sealed class NetworkCutTests
{
    [NetworkFact]
    public async Task Read_ReplicaCutOff_IsAnsweredElsewhereAndNoNewReadGoesThere()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var path = await NetworkPath.StartAsync(cluster.Replicas[0].Port);
        await using var source = Build(cluster, (cluster.Replicas[0], path));
        await source.WaitUntilWellAsync();
        source.Drain("node3");
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal("node2", (await connection.RunAsync("SELECT 1")).Route.Node);
        source.Resume("node3");

        await path.CutAsync();
        var (value, route) = await connection.RunAsync("SELECT 2").WaitAsync(Until.Longest); // sent, and never answered
        Assert.Equal((2, true), ((int)value!, route.WasRerun));
        Assert.NotEqual("node2", route.Node);
        for (var i = 0; i < 50; i++)
            Assert.NotEqual("node2", (await source.RunAsync("SELECT 3")).Route.Node);

        await path.MendAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT 4")).Route.Node == "node2", "the replica to be back");
    }

    [NetworkFact]
    public async Task Primary_CutOffFromUsButNotFromItsReplicas_ReadsGoOnAndWritesFailAtOnce()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var path = await NetworkPath.StartAsync(cluster.Primary.Port);
        await using var source = Build(cluster, (cluster.Primary, path));
        await source.WaitUntilWellAsync();

        await path.CutAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss to be seen");
        var error = await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("INSERT INTO t VALUES (1)").WaitAsync(Until.Longest));
        Assert.True(error.IsTransient);
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (2)"); // somebody else reaches it
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")) is { Value: 1L, Route.Node: "node2" }, "the replica to go on");

        await path.MendAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is not null, "the primary to be back");
        Assert.Equal(1L, (await source.RunAsync("INSERT INTO t VALUES (3) RETURNING 1::bigint")).Value);
    }

    [NetworkFact]
    public async Task Primary_CutOffUnderAReadThatFellBack_TheReadRunsOnAReplicaInTheEnd()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var path = await NetworkPath.StartAsync(cluster.Primary.Port);
        await using var source = Build(cluster, (cluster.Primary, path));
        await source.WaitUntilWellAsync();
        source.Drain("node2");
        // By a connection of its own: one that has seen something of the primary could not go on anywhere else before a probe has sampled its position.
        Assert.Equal(RouteReason.NoReplica, (await source.RunAsync("SELECT 1")).Route.Reason);
        await using var connection = await source.OpenConnectionAsync();
        await path.CutAsync();
        var reading = connection.RunAsync("SELECT 2");
        source.Resume("node2");
        var (value, route) = await reading.WaitAsync(Until.Longest);
        Assert.Equal((2, "node2", RouteReason.ServerLost), ((int)value!, route.Node, route.Reason));
    }

    [NetworkFact]
    public async Task Replica_CutOffFromThePrimaryOnly_LosesItsReadsByItsLag()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var path = await NetworkPath.StartAsync(cluster.Primary.Port);
        var replica = cluster.Replicas[0];
        await replica.SetAsync("primary_conninfo", $"host={path.Host} port={path.Port} user={cluster.Options.Username} password={cluster.Options.Password} application_name=cut sslmode=disable");
        await replica.WaitForAsync($"SELECT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming' AND sender_host = '{path.Host}')", "does not stream through the path");
        await using var source = Build(cluster, options => options.MaxReplicaLagBytes = 50_000);
        await source.WaitUntilWellAsync();

        await path.CutAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t SELECT generate_series(1, 5000)");
        await Until.TrueAsync(() => source.Cluster.Nodes[1].Lag is { Bytes: > 50_000 } && source.Cluster.Nodes[2].Lag is { Bytes: 0 }, "the lag to be seen");
        Assert.True(source.Cluster.Nodes[1].IsReachable);
        for (var i = 0; i < 20; i++)
            Assert.Equal(("node3", 5000L), (await source.RunAsync("SELECT count(*) FROM t")) is var (value, route) ? (route.Node, (long)value!) : default);

        await path.MendAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Node == "node2", "the replica to catch up");
    }

    [NetworkFact]
    public async Task Path_InputEnds_LeavesNothing()
    {
        var path = await NetworkPath.StartAsync(port: 1);
        var (name, config) = (path.Name, Path.Combine(Path.GetTempPath(), path.Name + ".cfg"));
        Assert.True(File.Exists($"/run/netns/{name}") && File.Exists(config) && Directory.Exists($"/sys/class/net/{name}"));
        await path.DisposeAsync(); // closes the input, as the death of this process does
        Assert.False(File.Exists($"/run/netns/{name}") || File.Exists(config) || Directory.Exists($"/sys/class/net/{name}"));
    }

    private static RoutingDataSource Build(PostgresCluster cluster, (PostgresNode Node, NetworkPath Path) through) => Build(cluster, null, through);

    private static RoutingDataSource Build(
        PostgresCluster cluster, Action<RoutingOptions>? configure = null, (PostgresNode Node, NetworkPath Path)? through = null)
    {
        var builder = new RoutingDataSourceBuilder();
        foreach (var node in cluster.Nodes)
        {
            var settings = new NpgsqlConnectionStringBuilder(node.ConnectionString + Routing.Patient);
            if (node == through?.Node)
                settings.Host = through.Value.Path.Host;
            if (node == cluster.Primary)
                builder.AddPrimary(settings.ConnectionString, name: node.Name);
            else
                builder.AddReplica(settings.ConnectionString, name: node.Name);
        }

        return builder.Configure(options => configure?.Invoke(options)).Build();
    }
}

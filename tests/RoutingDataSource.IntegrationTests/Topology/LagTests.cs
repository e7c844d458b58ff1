namespace ReplicaRouting.IntegrationTests.Topology;

public sealed class LagTests
{
    private enum Mood
    {
        Happy,
    }

    [Fact]
    public async Task Read_WhileReplayIsPaused_LeavesTheReplicaUntilResumed()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.MaxReplicaLagBytes = 50_000);
        await source.WaitUntilWellAsync();

        var paused = cluster.Replicas[0];
        await paused.PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t SELECT generate_series(1, 5000)");
        await Until.TrueAsync(
            () => source.Cluster.Nodes.Single(node => node.Name == paused.Name).Lag is { Bytes: > 50_000 } &&
                source.Cluster.Nodes.Single(node => node.Name == cluster.Replicas[1].Name).Lag is { Bytes: 0 },
            "the lag of the one and the other's catching up to be seen");
        var nodes = new List<string?>();
        for (var i = 0; i < 20; i++)
            nodes.Add((await source.RunAsync("SELECT count(*) FROM t")).Route.Node);
        Assert.DoesNotContain(paused.Name, nodes);
        Assert.Contains(cluster.Replicas[1].Name, nodes);

        await cluster.Replicas[1].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t SELECT generate_series(1, 5000)");
        await Until.TrueAsync(() => source.Cluster.Replicas.All(node => node.Lag is { Bytes: > 50_000 }), "both lags to be seen");
        var fallback = await source.RunAsync("SELECT count(*) FROM t");
        Assert.Equal((RouteTarget.Primary, RouteReason.ReplicasLagging), (fallback.Route.Target, fallback.Route.Reason));
        Assert.Equal(10_000L, fallback.Value);

        await paused.ResumeReplayAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Node == paused.Name, "the replica to serve again");
    }

    [Fact]
    public async Task Read_ReplicaOlderThanMaxReplicaLag_GoesToPrimaryThoughFewBytesBehind()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.MaxReplicaLag = TimeSpan.FromSeconds(1));
        await source.WaitUntilWellAsync();

        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Reason == RouteReason.ReplicasLagging, "the bound to be passed");
        Assert.True(source.Cluster.Replicas.Single().Lag!.Value.Bytes < 10_000);
        await cluster.Replicas[0].ResumeReplayAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "the replica to be back");
    }

    [Fact]
    public async Task Read_IdlePrimary_LagStaysZero()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(options => options.MaxReplicaLag = TimeSpan.FromMilliseconds(500));
        await source.WaitUntilWellAsync();
        var version = source.Cluster.Version;
        await Until.TrueAsync(() => source.Cluster.Version > version + 8, "several probes of an idle cluster");
        Assert.Equal(TimeSpan.Zero, source.Cluster.Replicas.Single().Lag!.Value.Delay);
    }

    [Fact]
    public async Task ReloadTypes_ReplicaBehindAtTheFirstLook_WaitsForItsNextAnswer()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var replica = cluster.Replicas[0];
        await using var source = new RoutingDataSourceBuilder(cluster.ConnectionString)
            .ConfigureNpgsql(builder => builder.MapEnum<Mood>("mood"))
            .Configure(options =>
            {
                options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromSeconds(10); // the next interval is too late
                options.ReadYourWrites = ReadYourWrites.None;
                options.MaxReplicaLag = null;
            })
            .Build();
        await source.WaitUntilWellAsync();
        Assert.Equal(RouteTarget.Replica, (await source.RunAsync("SELECT 1")).Route.Target);

        await replica.PauseReplayAsync();
        await source.RunAsync("CREATE TYPE mood AS ENUM ('happy')");
        var reload = source.ReloadTypesAsync();
        await Until.TrueAsync(() => source.Cluster.Replicas.Single().Lag is { Bytes: > 0 }, "the replica to be seen behind");
        await replica.ResumeReplayAsync();
        await reload;

        await using var command = source.CreateCommand("SELECT 'happy'::mood");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal(Mood.Happy, reader.GetFieldValue<Mood>(0));
        Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
    }

    [Fact]
    public async Task Drain_ByName_TakesTheNodeOutUntilResumed()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        source.Drain(cluster.Replicas[0].Name);
        for (var i = 0; i < 10; i++)
            Assert.Equal(cluster.Replicas[1].Name, (await source.RunAsync("SELECT 1")).Route.Node);
        source.Drain(cluster.Replicas[1].Name);
        Assert.Equal(RouteReason.NoReplica, (await source.RunAsync("SELECT 1")).Route.Reason);
        source.Resume(cluster.Replicas[0].Name);
        Assert.Equal(cluster.Replicas[0].Name, (await source.RunAsync("SELECT 1")).Route.Node);
        Assert.Contains("node1", Assert.Throws<ArgumentException>(() => source.Drain("nobody")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_Weights_HoldExactlyOverACycle()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = new RoutingDataSourceBuilder()
            .AddPrimary(cluster.Primary.ConnectionString)
            .AddReplica(cluster.Replicas[0].ConnectionString, weight: 3, name: "heavy")
            .AddReplica(cluster.Replicas[1].ConnectionString, weight: 1, name: "light")
            .Build();
        await source.WaitUntilWellAsync();
        var routes = new List<string?>();
        for (var i = 0; i < 400; i++)
            routes.Add((await source.RunAsync("SELECT 1")).Route.Node);
        Assert.Equal((300, 100), (routes.Count(node => node == "heavy"), routes.Count(node => node == "light")));
    }

    [Fact]
    public async Task Read_WeightedRandom_SpreadsByWeightAndLeavesZeroForLast()
    {
        await using var cluster = await TestPostgres.StartAsync(3);
        await using var source = new RoutingDataSourceBuilder()
            .AddPrimary(cluster.Primary.ConnectionString)
            .AddReplica(cluster.Replicas[0].ConnectionString, weight: 3, name: "heavy")
            .AddReplica(cluster.Replicas[1].ConnectionString, weight: 1, name: "light")
            .AddReplica(cluster.Replicas[2].ConnectionString, weight: 0, name: "spare")
            .Configure(options => options.ReplicaSelection = ReplicaSelection.WeightedRandom)
            .Build();
        await source.WaitUntilWellAsync();
        var routes = new List<string?>();
        for (var i = 0; i < 400; i++)
            routes.Add((await source.RunAsync("SELECT 1")).Route.Node);
        Assert.InRange(routes.Count(node => node == "heavy"), 240, 360); // 300 with a standard deviation of 9
        Assert.DoesNotContain("spare", routes);
        Assert.Equal(400, routes.Count(node => node is "heavy" or "light"));
        Assert.NotEqual(routes.Take(100), routes.Skip(100).Take(100)); // in no cycle
        source.Drain("heavy");
        source.Drain("light");
        Assert.Equal("spare", (await source.RunAsync("SELECT 1")).Route.Node);
    }
}

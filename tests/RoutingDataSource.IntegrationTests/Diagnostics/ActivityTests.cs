using System.Collections.Concurrent;
using System.Diagnostics;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Diagnostics;

public sealed class ActivityTests
{
    [Fact]
    public async Task Spans_OfCommands_AreNpgsqlsOwnWithNodeAndReason()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var spans = new Spans();

        await source.RunAsync("SELECT 4711");
        Assert.Equal("SELECT 4711: node2 Replica ProvenRead", Assert.Single(Of(spans, cluster)));
        using (var sync = source.CreateCommand("INSERT INTO t VALUES (4711)"))
            sync.ExecuteNonQuery();
        Assert.Equal("INSERT INTO t VALUES (4711): node1 Primary Write", Assert.Single(Of(spans, cluster), each => each.StartsWith("INSERT", StringComparison.Ordinal)));
        await using (var batch = source.CreateBatch())
        {
            batch.BatchCommands.Add(new("SELECT 1"));
            batch.BatchCommands.Add(new("SELECT 2"));
            await (await batch.ExecuteReaderAsync()).DisposeAsync();
        }

        Assert.Single(Of(spans, cluster), each => each.EndsWith("node2 Replica ProvenRead", StringComparison.Ordinal) && !each.StartsWith("SELECT 4711", StringComparison.Ordinal));
        // What does not come from a command of ours says where it ran, and claims no reason.
        await using (var direct = source.PrimaryDataSource.CreateCommand("SELECT 'direct'"))
            await direct.ExecuteScalarAsync();
        Assert.Equal("SELECT 'direct': node1  ", Assert.Single(Of(spans, cluster), each => each.Contains("direct", StringComparison.Ordinal)));
        Assert.Equal(4, Of(spans, cluster).Count()); // no second span per command, and none of the probes'
    }

    [Fact]
    public async Task Rerun_OfALostRead_IsAnEventOfTheSpanAroundAndATag()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var spans = new Spans();
        using var mine = new ActivitySource("ReplicaRouting.Tests.Rerun");
        using var listener = new ActivityListener { ShouldListenTo = each => each == mine, Sample = (ref _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        using var around = mine.StartActivity("request")!;
        await using var command = source.CreateCommand("SELECT 4712");
        await cluster.Replicas[0].KillAsync();
        await command.ExecuteScalarAsync();
        Assert.Equal(new CommandRoute("node1", RouteTarget.Primary, RouteReason.ServerLost, true), command.LastRoute);
        var rerun = Assert.Single(around.Events, each => each.Name == "routing_data_source.rerun");
        Assert.Equal(
            ["routing_data_source.node.lost=node2", "routing_data_source.node=node1", "routing_data_source.reason=ServerLost"],
            rerun.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order());
        Assert.Contains("SELECT 4712: node1 Primary ServerLost rerun", Of(spans, cluster));
    }

    [Fact]
    public async Task WaitForAPrimary_WhileThereIsNone_IsASpan()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.FailoverTimeout = TimeSpan.FromSeconds(30));
        await source.WaitUntilWellAsync();
        var waits = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = each => each.Name == "RoutingDataSource",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => waits.Enqueue(activity.OperationName),
        };
        ActivitySource.AddActivityListener(listener);
        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss of the primary");
        var write = source.RunAsync("INSERT INTO t VALUES (1)");
        await cluster.Replicas[0].PromoteAsync();
        await write;
        Assert.Contains("wait for primary", waits);
    }

    // Other tests run at the same time; each has a cluster of its own. The names of the tags differ between versions of Npgsql.
    private static IEnumerable<string> Of(Spans spans, PostgresCluster cluster) =>
        from activity in spans.All
        where activity.GetTagItem("routing_data_source.node") is not null
        let tags = activity.TagObjects.ToList()
        where tags.Exists(tag => tag.Key.EndsWith("port", StringComparison.Ordinal) && cluster.Nodes.Any(node => Equals(tag.Value, node.Port)))
        let text = tags.FirstOrDefault(tag => tag.Key is "db.statement" or "db.query.text").Value
        select $"{text}: {activity.GetTagItem("routing_data_source.node")} {activity.GetTagItem("routing_data_source.target")} " +
            $"{activity.GetTagItem("routing_data_source.reason")}{(Equals(activity.GetTagItem("routing_data_source.rerun"), true) ? " rerun" : "")}";
}

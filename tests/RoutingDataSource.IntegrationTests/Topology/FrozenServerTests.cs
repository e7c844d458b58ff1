using Npgsql;
using ReplicaRouting.IntegrationTests.Faults;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>A server whose kernel accepts connections and which never answers: nobody may wait for it longer than the probes take to notice.</summary>
public sealed class FrozenServerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FirstOpen_OneReplicaFrozen_DoesNotWaitForIt(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Replicas[0].FreezeAsync();
        await using var source = RoutingDataSource.Create(cluster.ConnectionString + Routing.Patient); // roles have to be discovered
        await using var connection = source.CreateConnection();
        await (isSync ? OwnThread.RunAsync(() => { connection.Open(); return Task.CompletedTask; }) : connection.OpenAsync()).WaitAsync(Until.Longest);
        Assert.Equal(cluster.Primary.Port, source.Cluster.Primary?.Port);
        await cluster.Replicas[0].ThawAsync();
        await Until.TrueAsync(() => source.Cluster.Replicas.Count(node => node.IsReachable) == 2, "the frozen one to come later");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_NoConnectionToTheFrozenReplicaYet_IsAnsweredElsewhere(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(extra: Routing.Patient);
        await source.WaitUntilWellAsync();
        var frozen = cluster.Replicas[0];
        await frozen.FreezeAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OwnThread.RunAsync(async () =>
        {
            while (source.Cluster.Nodes.Single(node => node.Name == frozen.Name).IsReachable)
            {
                var route = await ReadAsync(source, isSync);
                Assert.NotEqual(frozen.Name, route.Node);
            }
        }))).WaitAsync(Until.Longest);
        for (var i = 0; i < 50; i++)
        {
            var route = await ReadAsync(source, isSync);
            Assert.NotEqual(frozen.Name, route.Node);
            Assert.False(route.WasRerun, "a read went to a node that is known to be down");
        }

        await frozen.ThawAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_NoConnectionToTheFrozenPrimaryYet_FailsWhenTheProbesKnow(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(extra: Routing.Patient);
        await source.WaitUntilWellAsync();
        await cluster.Primary.FreezeAsync();
        await using var command = source.CreateCommand("CREATE TABLE t (i int)");
        var error = await Assert.ThrowsAsync<NpgsqlException>(() => OwnThread.RunAsync(async () =>
            _ = isSync ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync()).WaitAsync(Until.Longest));
        Assert.True(error.IsTransient);
        Assert.Contains("There is no primary", error.Message, StringComparison.Ordinal);
        await cluster.Primary.ThawAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is not null, "the primary to be back");
        Assert.Equal(-1, isSync ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ThatFellBackToTheFrozenPrimary_RunsOnAReplicaThatHasComeBack(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var asked = new Asked();
        await using var source = cluster.Build(extra: Routing.Patient, rules: asked);
        await source.WaitUntilWellAsync();
        source.Drain(cluster.Replicas[0].Name);
        await cluster.Primary.FreezeAsync();
        await using var command = source.CreateCommand("SELECT 1");
        var reading = OwnThread.RunAsync(async () => Assert.Equal(1, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync()));
        await asked.ByARead.Task;
        source.Resume(cluster.Replicas[0].Name);
        await reading.WaitAsync(Until.Longest);
        Assert.Equal((cluster.Replicas[0].Name, true), (command.LastRoute!.Value.Node, command.LastRoute.Value.WasRerun));
        await cluster.Primary.ThawAsync();
    }

    private static async Task<CommandRoute> ReadAsync(RoutingDataSource source, bool isSync)
    {
        await using var connection = source.CreateConnection();
        if (isSync)
            connection.Open();
        else
            await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        Assert.Equal(1, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync());
        var route = command.LastRoute!.Value;
        if (isSync)
            connection.Close();
        else
            await connection.CloseAsync();
        return route;
    }

    /// <summary>Tells when a read is being routed; by then it has been given what is known of the nodes.</summary>
    private sealed class Asked : IRoutingRule
    {
        public TaskCompletionSource ByARead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RuleDecision Decide(in RuleContext context)
        {
            ByARead.TrySetResult();
            return RuleDecision.None;
        }
    }
}

using System.Data;
using System.Reflection;
using ReplicaRouting.IntegrationTests.Faults;
using ReplicaRouting.Topology;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>What a data source does by itself ends when it is disposed, also where a server does not answer; what a program does on a connection does not.</summary>
public sealed class DisposalTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_WhileAProbeHangs_EndsTheProbesAndClosesAllSockets(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 1");
        await source.RunAsync("CREATE TABLE t (i int)");
        var frozen = cluster.Replicas[0];
        await frozen.FreezeAsync();
        await Until.TrueAsync(() => !source.Cluster.Replicas.Single().IsReachable, "a probe to hang");
        await DisposeAsync(source, isSync);
        await Probes(source).Stopped.WaitAsync(Longest);
        await Until.TrueAsync(() => OwnSockets.To(cluster.Primary) == 0, "the connections to the primary to be closed");
        await Until.TrueAsync(() => OwnSockets.To(frozen) == 0, "the connections to the frozen replica to be closed");
        var version = source.Cluster.Version;
        await frozen.ThawAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await source.OpenConnectionAsync());
        Assert.Throws<ObjectDisposedException>(source.OpenConnection);
        Assert.Equal((version, 0), (source.Cluster.Version, OwnSockets.To(frozen)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_WhileAReadWaitsOnAFrozenReplica_DoesNotWaitForIt(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        // No probe misses the server before the end.
        var source = cluster.Build(options => options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromMinutes(5), ";Command Timeout=300");
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(RouteTarget.Replica, (await connection.RunAsync("SELECT 1")).Route.Target);
        await cluster.Replicas[0].FreezeAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 2";
        var reading = OwnThread.RunAsync(async () => Assert.Equal(2, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync()));
        await Until.TrueAsync(() => connection.FullState == (ConnectionState.Open | ConnectionState.Executing), "the read to be on its way");

        await DisposeAsync(source, isSync);
        await Probes(source).Stopped.WaitAsync(Longest);
        Assert.False(reading.IsCompleted, "the read was ended"); // as on a data source of Npgsql's: it has until its command time-out
        await cluster.Replicas[0].ThawAsync();
        await reading;
        Assert.Equal((cluster.Replicas[0].Name, false), (command.LastRoute!.Value.Node, command.LastRoute.Value.WasRerun));
        await connection.CloseAsync();
        await Until.TrueAsync(() => OwnSockets.To(cluster.Replicas[0]) == 0, "the connection of the read to be closed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_BeforeTheFirstCommandOfAnOpenConnection_OpensNothingAfterwards(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        await DisposeAsync(source, isSync);
        foreach (var sql in new[] { "SELECT 1", "CREATE TABLE t (i int)" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            if (isSync)
                Assert.Throws<ObjectDisposedException>(() => command.ExecuteNonQuery());
            else
                await Assert.ThrowsAsync<ObjectDisposedException>(() => command.ExecuteNonQueryAsync());
        }

        await connection.CloseAsync();
        Assert.All(cluster.Nodes, node => Assert.Equal(0, OwnSockets.To(node)));
    }

    [Fact]
    public async Task Dispose_WithAReadOnlyTransactionOnAReplica_LetsItEnd()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, readOnly: true);
        await DisposeAsync(source, isSync: false);
        Assert.Equal((1, cluster.Replicas[0].Name), (await connection.RunAsync("SELECT 1")) is var (value, route) ? ((int)value!, route.Node) : default);
        await transaction.CommitAsync();
        await connection.CloseAsync();
        await Until.TrueAsync(() => cluster.Nodes.All(node => OwnSockets.To(node) == 0), "all sockets to be closed");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_WhileAWriteWaitsForAPrimary_EndsTheWait(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var source = cluster.Build(options => options.FailoverTimeout = TimeSpan.FromHours(1));
        await source.WaitUntilWellAsync();
        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss to be seen");
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE t (i int)";
        var asked = source.Cluster.Version;
        var writing = OwnThread.RunAsync(async () => _ = isSync ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync());
        await Until.TrueAsync(() => source.Cluster.Version > asked + 2, "the write to wait"); // it asks for probes first
        Assert.False(writing.IsCompleted);
        await DisposeAsync(source, isSync);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writing.WaitAsync(Longest));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_WhileTheFirstOpenWaits_EndsTheWait(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var source = cluster.Build(options => options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromMinutes(5));
        foreach (var node in cluster.Nodes)
            await node.FreezeAsync();
        var opening = OwnThread.RunAsync(async () =>
        {
            await using var connection = source.CreateConnection();
            if (isSync)
                connection.Open();
            else
                await connection.OpenAsync();
        });
        await Until.TrueAsync(() => cluster.Nodes.All(node => OwnSockets.To(node) > 0), "the first probes to be on their way");
        Assert.False(opening.IsCompleted);
        await DisposeAsync(source, isSync);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => opening.WaitAsync(Longest));
        await Probes(source).Stopped.WaitAsync(Longest);
    }

    private static Task DisposeAsync(RoutingDataSource source, bool isSync) => OwnThread.RunAsync(async () =>
    {
        if (isSync)
            source.Dispose();
        else
            await source.DisposeAsync();
    }).WaitAsync(Longest);

    private static ClusterMonitor Probes(RoutingDataSource source) =>
        (ClusterMonitor)typeof(RoutingDataSource).GetField("_monitor", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(source)!;
}

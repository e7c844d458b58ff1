using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Testing;

public sealed class PostgresNodeTests
{
    [Fact]
    public async Task KillAsync_ThenStart_KeepsPortAndData()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var (primary, port) = (cluster.Primary, cluster.Primary.Port);
        await primary.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS n");
        await using var open = await primary.OpenConnectionAsync();

        await primary.KillAsync();

        Assert.False(primary.IsRunning);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => new NpgsqlCommand("SELECT 1", open).ExecuteScalarAsync());
        await primary.StartAsync();
        Assert.Equal(port, primary.Port);
        Assert.Equal(1, await primary.QueryScalarAsync<int>("SELECT n FROM t"));
        await cluster.Replicas[0].WaitForStreamingAsync();
        await cluster.WaitForReplayAsync();
    }

    [Fact]
    public async Task FreezeAsync_UntilThawed_AnswersNothingNotEvenOnOpenConnections()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var replica = cluster.Replicas[0];
        await using var open = await replica.OpenConnectionAsync();

        await replica.FreezeAsync();

        Assert.True(replica.IsRunning);
        Assert.True(replica.IsFrozen);
        using var command = new NpgsqlCommand("SELECT 1", open);
        var answer = command.ExecuteScalarAsync();
        await using var other = new NpgsqlConnection(replica.ConnectionString + ";Pooling=false;Timeout=1");
        await Assert.ThrowsAnyAsync<Exception>(() => other.OpenAsync());
        Assert.False(answer.IsCompleted);

        await replica.ThawAsync();

        Assert.Equal(1, await answer);
        Assert.False(replica.IsFrozen);
    }

    [Fact]
    public async Task RestartAsync_Standby_StreamsAgainWithAnotherProcess()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var replica = cluster.Replicas[0];
        var before = replica.ProcessId;

        await replica.RestartAsync();
        await replica.WaitForStreamingAsync();

        Assert.NotEqual(before, replica.ProcessId);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (n int)");
        await cluster.WaitForReplayAsync();
    }

    [Fact]
    public async Task StopAsync_Stopped_RefusesOperationsUntilStarted()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var replica = cluster.Replicas[0];

        await replica.StopAsync();

        Assert.False(replica.IsRunning);
        Assert.Throws<InvalidOperationException>(() => replica.ProcessId);
        await Assert.ThrowsAsync<PostgresClusterException>(() => replica.PauseReplayAsync());
        await replica.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => replica.StartAsync());
    }

    [Fact]
    public async Task PromoteAsync_AfterThePrimaryWasKilled_OldPrimaryReturnsAsStandby()
    {
        await using var cluster = await TestPostgres.StartAsync();
        var (old, promoted, other) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await old.ExecuteAsync("CREATE TABLE t AS SELECT 1 AS n");
        await cluster.WaitForReplayAsync();

        await old.KillAsync();
        await promoted.PromoteAsync();
        await cluster.RepointReplicasAsync();
        await promoted.ExecuteAsync("INSERT INTO t VALUES (2)");
        await old.RejoinAsync();
        await cluster.WaitForReplayAsync();

        Assert.Same(promoted, cluster.Primary);
        Assert.Equal([old, other], cluster.Replicas);
        foreach (var replica in cluster.Replicas)
        {
            Assert.True(await replica.QueryScalarAsync<bool>("SELECT pg_is_in_recovery()"));
            Assert.Equal(3, await replica.QueryScalarAsync<long>("SELECT sum(n) FROM t"));
        }

        // And back again: a node that was primary once can be primary again.
        await old.PromoteAsync();
        await promoted.RejoinAsync();
        await cluster.RepointReplicasAsync();
        await old.ExecuteAsync("INSERT INTO t VALUES (3)");
        await cluster.WaitForReplayAsync();
        Assert.Equal(6, await promoted.QueryScalarAsync<long>("SELECT sum(n) FROM t"));
    }

    [Fact]
    public async Task AddStandbyAsync_WhileWritesGoOn_CatchesUp()
    {
        await using var cluster = await TestPostgres.StartAsync(0);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (n int)");
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            await using var connection = await cluster.Primary.OpenConnectionAsync();
            var written = 0L;
            while (!stop.IsCancellationRequested)
            {
                await using var command = new NpgsqlCommand("INSERT INTO t SELECT generate_series(1, 100)", connection);
                written += await command.ExecuteNonQueryAsync();
            }

            return written;
        });

        var added = await cluster.AddStandbyAsync();
        await stop.CancelAsync();
        var expected = await writer;
        await added.WaitForReplayAsync();

        Assert.Equal("node2", added.Name);
        Assert.Equal([added], cluster.Replicas);
        Assert.Equal(expected, await added.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task StartAsync_AnotherServerOnThePort_IsNotMistakenForOurs()
    {
        await using var mine = await TestPostgres.StartAsync(0);
        await using var other = await TestPostgres.StartAsync(0, o => o.Password = mine.Options.Password);
        mine.Options.Timeout = TimeSpan.FromSeconds(2);
        await mine.Primary.StopAsync();

        // Our server listens somewhere else than we think: what we reach on our port is the other one.
        mine.Primary.UsePort(other.Primary.Port);
        await File.AppendAllTextAsync(Path.Combine(mine.Primary.DataDirectory, "postgresql.conf"), $"port = {PostgresNode.FreePort()}\n");
        var error = await Assert.ThrowsAsync<PostgresClusterException>(() => mine.Primary.StartAsync());

        Assert.Contains("another server than ours", error.Message, StringComparison.Ordinal);
        Assert.Contains(other.Primary.DataDirectory, error.Message, StringComparison.Ordinal);
        Assert.True(other.Primary.IsRunning);
    }
}

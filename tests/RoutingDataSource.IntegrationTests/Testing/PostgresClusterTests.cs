using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Testing;

public sealed class PostgresClusterTests
{
    [Fact]
    public async Task StartAsync_ThreeNodes_ReplicateAndAreToldApart()
    {
        await using var cluster = await TestPostgres.StartAsync();

        await cluster.Primary.ExecuteAsync("CREATE TABLE t AS SELECT 42 AS n");
        await cluster.WaitForReplayAsync();

        Assert.Equal(["node1", "node2", "node3"], cluster.Nodes.Select(n => n.Name));
        Assert.Same(cluster.Nodes[0], cluster.Primary);
        Assert.False(await cluster.Primary.QueryScalarAsync<bool>("SELECT pg_is_in_recovery()"));
        foreach (var replica in cluster.Replicas)
        {
            Assert.True(await replica.QueryScalarAsync<bool>("SELECT pg_is_in_recovery()"));
            Assert.Equal(42, await replica.QueryScalarAsync<int>("SELECT n FROM t"));
            Assert.Equal(replica.Name, await replica.QueryScalarAsync<string>("SHOW cluster_name"));
        }

        Assert.Equal(3, cluster.Nodes.Select(n => n.Port).Distinct().Count());
        Assert.Equal(cluster.Nodes.Select(n => $"127.0.0.1:{n.Port}"), new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Host!.Split(','));
    }

    [Fact]
    public async Task StartAsync_WrongPassword_IsRefusedByEveryNode()
    {
        await using var cluster = await TestPostgres.StartAsync(1);

        foreach (var node in cluster.Nodes)
        {
            await using var connection = new NpgsqlConnection(node.GetConnectionString(password: "wrong") + ";Pooling=false");
            var error = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
            Assert.Equal(PostgresErrorCodes.InvalidPassword, error.SqlState);
        }
    }

    [Fact]
    public async Task StartAsync_OddNamesAndPassword_WorkEverywhere()
    {
        await using var cluster = await TestPostgres.StartAsync(1, o =>
        {
            o.Database = "a \"b\" c";
            o.Username = "o neill";
            o.Password = @"x'y\z;=""";
        });

        Assert.Equal("o neill", await cluster.Replicas[0].QueryScalarAsync<string>("SELECT current_user::text"));
        Assert.Equal("a \"b\" c", await cluster.Replicas[0].QueryScalarAsync<string>("SELECT current_database()::text"));
    }

    [Fact]
    public async Task StartAsync_Settings_NodeWinsOverCluster()
    {
        await using var cluster = await TestPostgres.StartAsync(1, o =>
        {
            o.Settings["work_mem"] = "5MB";
            o.Settings["search_path"] = "a, b";
            o.NodeSettings["node2"] = new Dictionary<string, string> { ["work_mem"] = "7MB" };
        });

        Assert.Equal("5MB", await cluster.Primary.QueryScalarAsync<string>("SHOW work_mem"));
        Assert.Equal("a, b", await cluster.Primary.QueryScalarAsync<string>("SHOW search_path"));
        Assert.Equal("7MB", await cluster.Replicas[0].QueryScalarAsync<string>("SHOW work_mem"));
    }

    [Fact]
    public async Task PauseReplay_UntilResumed_HidesNewRows()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var replica = cluster.Replicas[0];
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (n int)");
        await cluster.WaitForReplayAsync();

        await replica.PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        // The row has come to the standby: what hides it is the pause, not the network.
        await replica.WaitForAsync("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()", "has not received the row");
        Assert.Equal(0, await replica.QueryScalarAsync<long>("SELECT count(*) FROM t"));

        await replica.ResumeReplayAsync();
        await replica.WaitForReplayAsync();
        Assert.Equal(1, await replica.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task WaitForReplay_WhilePaused_FailsAndNamesThePause()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (n int)");
        cluster.Options.Timeout = TimeSpan.FromMilliseconds(200);

        var error = await Assert.ThrowsAsync<PostgresClusterException>(() => cluster.WaitForReplayAsync());

        Assert.Matches(@"node2 .* has replayed up to [0-9A-F]+/[0-9A-F]+, but node1 .* is at [0-9A-F]+/[0-9A-F]+", error.Message);
        Assert.Contains("paused", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForReplay_AtTheStartOfASegmentAndAfterAsynchronousCommit_Ends()
    {
        await using var cluster = await TestPostgres.StartAsync(1);

        // Sooner than an idle walwriter or the server's own snapshot record (seconds), which would come to the rescue.
        cluster.Options.Timeout = TimeSpan.FromSeconds(2);
        await cluster.Primary.ExecuteAsync("SELECT pg_switch_wal()");
        await cluster.WaitForReplayAsync();
        await cluster.Primary.ExecuteAsync("SET synchronous_commit = off; CREATE TABLE t AS SELECT 1 AS n");
        await cluster.WaitForReplayAsync();

        Assert.Equal(1, await cluster.Replicas[0].QueryScalarAsync<int>("SELECT n FROM t"));
    }

    [Fact]
    public async Task DelayApply_UntilSetToZero_HidesNewRows()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var replica = cluster.Replicas[0];
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (n int)");
        await cluster.WaitForReplayAsync();

        await replica.DelayApplyAsync(TimeSpan.FromHours(1));
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await replica.WaitForAsync("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()", "has not received the row");
        Assert.Equal(0, await replica.QueryScalarAsync<long>("SELECT count(*) FROM t"));

        await replica.DelayApplyAsync(TimeSpan.Zero);
        await replica.WaitForReplayAsync();
        Assert.Equal(1, await replica.QueryScalarAsync<long>("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task SetAsync_WrongValue_FailsAndSaysWhich()
    {
        await using var cluster = await TestPostgres.StartAsync(0);

        var error = await Assert.ThrowsAsync<PostgresClusterException>(() => cluster.Primary.SetAsync("work_mem", "many"));

        Assert.Contains("work_mem = 'many'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoClusters_SideBySide_DoNotDisturbEachOther()
    {
        await using var stays = await TestPostgres.StartAsync(1);
        await using (var goes = await TestPostgres.StartAsync(1))
        {
            await goes.Primary.KillAsync();
            Assert.NotEqual(stays.Directory, goes.Directory);
        }

        Assert.All(stays.Nodes, node => Assert.True(node.IsRunning));
        await stays.Primary.ExecuteAsync("CREATE TABLE t (n int)");
        await stays.WaitForReplayAsync();
    }

    [Theory]
    [InlineData("max_connections", "60")]
    [InlineData("max_worker_processes", "4")]
    public async Task StartAsync_SettingBelowWhatInitDbRanWith_StandbysStartAndHaveIt(string name, string value)
    {
        await using var cluster = await TestPostgres.StartAsync(1, options => options.Settings[name] = value);
        foreach (var node in cluster.Nodes)
            Assert.Equal(value, await node.QueryScalarAsync<string>($"SHOW {name}"));
    }
}

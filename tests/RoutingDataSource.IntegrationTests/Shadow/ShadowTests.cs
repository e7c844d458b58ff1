using System.Data;
using System.Diagnostics.Metrics;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Shadow;

/// <summary>Shadow mode: everything runs on the primary, and the report says what routing would have done.</summary>
public sealed class ShadowTests
{
    [Fact]
    public async Task Read_ReplicaIsBehindButMayServe_RunsOnThePrimaryAndCountsAsTheReplicas()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => (options.ReadYourWrites, options.MaxReplicaLag) = (ReadYourWrites.None, null));
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");

        var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
        Assert.Equal(1L, value); // the replica has none
        Assert.Equal((RouteTarget.Primary, RouteReason.ShadowMode, "node1"), (route.Target, route.Reason, route.Node));
        await source.RunAsync("INSERT INTO t VALUES (2)");

        var report = source.GetShadowReport();
        Assert.Equal((2, 1), (report.Commands, report.CommandsToReplicas));
        Assert.Equal(0.5, report.ShareOfCommands);
        Assert.InRange(report.ShareOfTime, 0.0001, 0.9999);
        Assert.Equal(1, Count(report, RouteTarget.Replica, RouteReason.ProvenRead));
        Assert.Equal(1, Count(report, RouteTarget.Primary, RouteReason.Write));
        Assert.Contains("to replicas: 50.0% of them", report.ToString(), StringComparison.Ordinal);
        Assert.Equal(("node2", RouteReason.ProvenRead), (source.Explain("SELECT 1").Route.Node, source.Explain("SELECT 1").Route.Reason));
    }

    [Fact]
    public async Task Read_AfterAWriteOfItsSession_CountsAsThePrimarysUntilTheReplicaHasIt()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => options.MaxReplicaLag = null);
        await cluster.Replicas[0].PauseReplayAsync();
        using (RoutingSession.Begin())
        {
            await source.RunAsync("INSERT INTO t VALUES (1)");
            await source.RunAsync("SELECT count(*) FROM t");
            Assert.Equal(1, Count(source.GetShadowReport(), RouteTarget.Primary, RouteReason.ReadYourWrites));
            Assert.Equal(0, source.GetShadowReport().CommandsToReplicas);

            await cluster.Replicas[0].ResumeReplayAsync();
            await Until.TrueAsync(
                async () =>
                {
                    await source.RunAsync("SELECT count(*) FROM t");
                    return Count(source.GetShadowReport(), RouteTarget.Replica, RouteReason.ProvenRead) > 0;
                },
                "the replica to have the write");
        }
    }

    [Fact]
    public async Task Read_SessionThatStaysWithAReplica_GoesOnAsIfItHadReadThere()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => options.MaxReplicaLag = null);
        await cluster.Replicas[0].PauseReplayAsync();
        using (RoutingSession.Begin())
        {
            await source.RunAsync("SELECT count(*) FROM t");
            await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)"); // somebody else's, which a read on the primary would have seen
            await Until.TrueAsync(() => source.Cluster.Replicas.Single().Lag is { Bytes: > 0 }, "the lag to be seen");
            await source.RunAsync("SELECT count(*) FROM t");
            await source.RunAsync("SELECT count(*) FROM t");
        }

        Assert.Equal(3, Count(source.GetShadowReport(), RouteTarget.Replica, RouteReason.ProvenRead));
    }

    [Fact]
    public async Task Read_ReplicaBeyondTheBound_CountsAsThePrimarysAndDoesNotFail()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => (options.MaxReplicaLagBytes, options.FallBackToPrimary) = (0, false));
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await Until.TrueAsync(() => source.Cluster.Replicas.Single().Lag is { Bytes: > 0 }, "the lag to be seen");
        Assert.Equal(1L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
        Assert.Equal(1, Count(source.GetShadowReport(), RouteTarget.Primary, RouteReason.ReplicasLagging));
    }

    [Fact]
    public async Task ReadOnlyTransaction_RunsOnThePrimaryAndCountsAsTheReplicas()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => (options.ReadYourWrites, options.MaxReplicaLag) = (ReadYourWrites.None, null));
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await using var connection = await source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, readOnly: true))
        {
            Assert.Equal(1L, (await connection.RunAsync("SELECT count(*) FROM t")).Value);
            var error = await Assert.ThrowsAsync<PostgresException>(() => connection.RunAsync("INSERT INTO t VALUES (2)"));
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        }

        Assert.Equal(1, Count(source.GetShadowReport(), RouteTarget.Replica, RouteReason.ReadOnlyTransaction));
    }

    [Fact]
    public async Task Read_TextThatTheReplicaWouldRefuse_IsInTheReportAndStaysFromThenOn()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => options.ShadowChecksPerMinute = 6000);
        // What the data source does not know yet: it has read the catalogs before.
        await cluster.Primary.ExecuteAsync("CREATE UNLOGGED TABLE later (i int)");
        await cluster.WaitForReplayAsync();
        const string sql = "SELECT count(*) FROM later WHERE i = @number AND @number > 0";
        await RunAsync();
        await Until.TrueAsync(() => source.GetShadowReport().Refusals.Count > 0, "the text to be explained");

        var refusal = Assert.Single(source.GetShadowReport().Refusals);
        Assert.Equal((sql, "0A000", "node2"), (refusal.Text, refusal.SqlState, refusal.Node));
        await RunAsync();
        Assert.Equal(1, Count(source.GetShadowReport(), RouteTarget.Primary, RouteReason.RememberedRefusal));

        async Task RunAsync()
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.AddWithValue("number", 5);
            Assert.Equal(0L, await command.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task Read_TextThatTheReplicaTakes_IsCheckedOnce()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => options.ShadowChecksPerMinute = 6000);
        await Until.TrueAsync(
            async () =>
            {
                await source.RunAsync("SELECT count(*) FROM t");
                return source.GetShadowReport().TextsChecked == 1;
            },
            "the check");
        await Until.TrueAsync(
            async () =>
            {
                await source.RunAsync("SELECT count(*) FROM t");
                await source.RunAsync("SELECT max(i) FROM t");
                return source.GetShadowReport().TextsChecked > 1;
            },
            "the check of another text");
        Assert.Equal(2, source.GetShadowReport().TextsChecked);
        Assert.Empty(source.GetShadowReport().Refusals);
    }

    [Fact]
    public async Task Read_ChecksAreOff_AsksNothingOfTheReplica()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster, options => options.ShadowChecksPerMinute = 0);
        await cluster.Replicas[0].SetAsync("log_statement", "all");
        await source.RunAsync("SELECT count(*) FROM t");
        await cluster.Replicas[0].ExecuteAsync("SELECT 'end of the test'");
        await Until.TrueAsync(() => cluster.Replicas[0].ReadLog().Contains("end of the test", StringComparison.Ordinal), "the log");
        Assert.DoesNotContain("count(*)", cluster.Replicas[0].ReadLog(), StringComparison.Ordinal);
        Assert.Equal(1, source.GetShadowReport().CommandsToReplicas);
    }

    [Fact]
    public async Task Read_PrimaryIsLost_DoesNotGoToAReplica()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster);
        await using var connection = await source.OpenConnectionAsync();
        await connection.RunAsync("SELECT count(*) FROM t");
        await cluster.Primary.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Commands_WithAListener_AreCountedByWhereTheyWouldHaveGone()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = await BuildAsync(cluster);
        var seen = new List<(string? Target, string? Reason)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "routing_data_source.shadow.commands" && ReferenceEquals(instrument.Meter, source.Metrics.Meter))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
            seen.Add((all["routing_data_source.target"], all["routing_data_source.reason"]));
        });
        listener.Start();
        await source.RunAsync("SELECT 1");
        Assert.Equal([("Replica", "ProvenRead")], seen);
    }

    [Fact]
    public async Task Report_OutsideOfShadowMode_IsEmpty()
    {
        await using var cluster = await ClusterWithTableAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 1");
        var report = source.GetShadowReport();
        Assert.Equal((0L, 0.0, 0.0), (report.Commands, report.ShareOfCommands, report.ShareOfTime));
    }

    private static async Task<PostgresCluster> ClusterWithTableAsync()
    {
        var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        return cluster;
    }

    private static async Task<RoutingDataSource> BuildAsync(PostgresCluster cluster, Action<RoutingOptions>? configure = null)
    {
        var source = cluster.Build(options =>
        {
            options.Mode = RoutingMode.Shadow;
            configure?.Invoke(options);
        });
        await source.WaitUntilWellAsync();
        return source;
    }

    private static long Count(ShadowReport report, RouteTarget target, RouteReason reason) =>
        report.Counts.SingleOrDefault(count => count.Target == target && count.Reason == reason)?.Commands ?? 0;
}

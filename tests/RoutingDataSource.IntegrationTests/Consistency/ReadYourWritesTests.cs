namespace ReplicaRouting.IntegrationTests.Consistency;

public sealed class ReadYourWritesTests
{
    [Fact]
    public async Task Read_AfterWriteWithReplayPaused_SeesItOnThePrimary()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        foreach (var replica in cluster.Replicas)
            await replica.PauseReplayAsync();

        await using var connection = source.CreateConnection();
        for (var i = 1; i <= 5; i++)
        {
            await connection.OpenAsync(); // as EF Core and Dapper do, around every command
            await connection.RunAsync($"INSERT INTO t VALUES ({i})");
            await connection.CloseAsync();
            await connection.OpenAsync();
            var (value, route) = await connection.RunAsync("SELECT count(*) FROM t");
            Assert.Equal(((long)i, RouteTarget.Primary, RouteReason.ReadYourWrites), ((long)value!, route.Target, route.Reason));
            await connection.CloseAsync();
        }

        // Somebody else has written nothing and is served by a replica.
        Assert.Equal((0L, RouteTarget.Replica), ((await source.RunAsync("SELECT count(*) FROM t")) is var (v, r) ? ((long)v!, r.Target) : default));
        foreach (var replica in cluster.Replicas)
            await replica.ResumeReplayAsync();
        await connection.OpenAsync();
        await Until.TrueAsync(async () => (await connection.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "the session to be free");
        Assert.Equal(5L, (await connection.RunAsync("SELECT count(*) FROM t")).Value);
    }

    [Fact]
    public async Task Read_OneReplicaBehind_GoesToTheOtherAndNotToTheLaggingOne()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        using var session = RoutingSession.Begin();
        await source.RunAsync("INSERT INTO t VALUES (1)");
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "one replica to catch up");
        for (var i = 0; i < 20; i++)
        {
            var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
            Assert.Equal(1L, value);
            Assert.NotEqual(cluster.Replicas[0].Name, route.Node);
        }
    }

    [Fact]
    public async Task Read_AReplicaThatComesIntoUseLater_ShowsNoLessThanWasSeen()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.MaxReplicaLag = null);
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        source.Drain(cluster.Replicas[0].Name);
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Value is 1L, "the other replica to have it");

        await using var connection = source.CreateConnection();
        for (var i = 0; i < 10; i++)
        {
            await connection.OpenAsync();
            var (_, route) = await connection.RunAsync("SELECT count(*) FROM t");
            Assert.Equal(cluster.Replicas[1].Name, route.Node);
            await connection.CloseAsync();
            var version = source.Cluster.Version;
            await Until.TrueAsync(() => source.Cluster.Version > version + 8, "all nodes to be probed twice");

            await connection.OpenAsync(); // all replicas in use have what it has seen: it may choose again
            source.Resume(cluster.Replicas[0].Name);
            Assert.Equal(1L, (await connection.RunAsync("SELECT count(*) FROM t")).Value);
            await connection.CloseAsync();
            source.Drain(cluster.Replicas[0].Name);
        }
    }

    [Fact]
    public async Task Session_TransactionsOfAllKinds_CountAsWrites()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        var expected = 0L;

        await CheckAsync("api", async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await connection.RunAsync("INSERT INTO t VALUES (1)");
            await transaction.CommitAsync();
        });
        await CheckAsync("text", async connection =>
        {
            await connection.RunAsync("BEGIN");
            await connection.RunAsync("INSERT INTO t VALUES (1)");
            await connection.RunAsync("COMMIT");
        });
        await CheckAsync("copy", async connection =>
        {
            await using var import = await connection.BeginBinaryImportAsync("COPY t FROM STDIN (FORMAT binary)");
            await import.StartRowAsync();
            await import.WriteAsync(1);
            await import.CompleteAsync();
        });
        await CheckAsync("batch", async connection =>
        {
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(new("SELECT 1"));
            batch.BatchCommands.Add(new("INSERT INTO t VALUES (1)"));
            await batch.ExecuteNonQueryAsync();
        });
        await CheckAsync("returning", async connection =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO t VALUES (1) RETURNING i";
            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
        });

        async Task CheckAsync(string kind, Func<RoutingConnection, Task> write)
        {
            using var session = RoutingSession.Begin();
            await using (var connection = await source.OpenConnectionAsync())
                await write(connection);
            expected++;
            Assert.True(session.HasWritten, kind);
            var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
            Assert.True(expected == (long)value!, $"{kind}: {value} on {route}");
        }
    }

    [Fact]
    public async Task Write_BegunOutsideASessionAndEndedInside_IsSeenInBoth()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();

        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        using (RoutingSession.Begin())
        {
            await transaction.CommitAsync();
            Assert.Equal(1L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
            await connection.RunAsync("INSERT INTO t VALUES (2)");
        }

        Assert.Equal(2L, (await connection.RunAsync("SELECT count(*) FROM t")).Value); // the session is over, the connection is the same
    }

    [Fact]
    public async Task ReadOnlyTransaction_OnAReplica_KeepsItsSnapshotForEverythingElse()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, readOnly: true))
        {
            Assert.Equal(RouteReason.ReadOnlyTransaction, (await connection.RunAsync("SELECT count(*) FROM t")).Route.Reason);
            await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (2)");
            await cluster.WaitForReplayAsync();
            using (var export = connection.BeginTextExport("COPY t TO STDOUT"))
                Assert.Equal("1\n", await export.ReadToEndAsync());
            var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => connection.BeginBinaryImportAsync("COPY t FROM STDIN (FORMAT binary)"));
            Assert.Equal(Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        }

        Assert.Equal(2L, (await connection.RunAsync("SELECT count(*) FROM t")).Value);
    }

    [Fact]
    public async Task Session_OpenConnectionWroteAndIsIdle_ReadsOfOthersAreReleased()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await using var writer = await source.OpenConnectionAsync();
        await using var insert = writer.CreateCommand();
        insert.CommandText = "INSERT INTO t VALUES (1) RETURNING i";
        await using (var reader = await insert.ExecuteReaderAsync())
        {
            for (var i = 0; i < 20; i++) // while it may still write, nothing frees the session
                Assert.Equal(RouteTarget.Primary, (await source.RunAsync("SELECT count(*) FROM t")).Route.Target);
            Assert.True(await reader.ReadAsync());
        }

        await Until.TrueAsync(async () =>
        {
            var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
            Assert.Equal(1L, value);
            return route.Target == RouteTarget.Replica;
        }, "the session to be free though the connection that wrote is open");
        await writer.RunAsync("INSERT INTO t VALUES (2)");
        Assert.Equal(2L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
    }

    [Fact]
    public async Task Token_TakenUpByAnotherDataSource_ShowsTheWrite()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var here = cluster.Build();
        await using var there = cluster.Build();
        await here.WaitUntilWellAsync();
        await there.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();

        ConsistencyToken? token;
        using (var session = RoutingSession.Begin())
        {
            Assert.Null(await session.GetTokenAsync());
            await here.RunAsync("INSERT INTO t VALUES (1)");
            token = await session.GetTokenAsync();
        }

        Assert.NotNull(token);
        Assert.Equal(0L, (await there.RunAsync("SELECT count(*) FROM t")).Value); // without the token: the replica's past
        using (RoutingSession.Begin(ConsistencyToken.Parse(token.ToString())))
            Assert.Equal(1L, (await there.RunAsync("SELECT count(*) FROM t")).Value);
    }

    [Fact]
    public async Task Token_BeyondAnythingThePrimaryHas_PinsForMaxPinAndNoLonger()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(options => options.MaxPin = TimeSpan.FromSeconds(2));
        await source.WaitUntilWellAsync();
        var identity = ulong.Parse(source.Cluster.Primary!.SystemIdentifier!, System.Globalization.CultureInfo.InvariantCulture);
        var forged = new ConsistencyToken([new(identity, source.Cluster.Timeline!.Value, new(ulong.MaxValue))]);
        using (RoutingSession.Begin(ConsistencyToken.Parse(forged.ToString())))
        {
            var (value, route) = await source.RunAsync("SELECT 1");
            Assert.Equal((1, RouteTarget.Primary, RouteReason.ReadYourWrites), ((int)value!, route.Target, route.Reason));
            await Until.TrueAsync(async () => (await source.RunAsync("SELECT 1")).Route.Target == RouteTarget.Replica, "the pin to end");
        }

        foreach (var stranger in new ConsistencyToken.Entry[] { new(identity + 1, 1, new(1)), new(identity, 77, new(1)) })
        {
            using (RoutingSession.Begin(new([stranger])))
                await Until.TrueAsync(async () => (await source.RunAsync("SELECT 1")).Route.Target == RouteTarget.Replica, "what is committed now to be replayed");
        }
    }

    [Fact]
    public async Task Scopes_UsePrimaryAndUseReplica_DecideUntilDisposed()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        using (RoutingSession.UsePrimary())
            Assert.Equal(RouteReason.PrimaryScope, (await source.RunAsync("SELECT 1")).Route.Reason);
        using var session = RoutingSession.Begin();
        await source.RunAsync("INSERT INTO t VALUES (1)");
        Assert.Equal(RouteTarget.Primary, (await source.RunAsync("SELECT count(*) FROM t")).Route.Target);
        using (RoutingSession.UseReplica())
        {
            Assert.Equal(0L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
            Assert.Equal(RouteTarget.Primary, (await source.RunAsync("INSERT INTO t VALUES (2)")).Route.Target);
        }

        Assert.Equal(2L, (await source.RunAsync("SELECT count(*) FROM t")).Value);
    }

    [Fact]
    public async Task PrimaryHint_OnAProvenRead_IsNoWrite()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(options => options.MaxReplicaLag = null);
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("CREATE TABLE before_all (i int)"); // which the replica does not get to show
        Assert.Equal(RouteTarget.Replica, (await source.RunAsync("SELECT 1")).Route.Target);
        using var session = RoutingSession.Begin();
        foreach (var last in new[] { "SELECT 1", "CREATE TABLE t (i int)" })
        {
            Assert.Equal(RouteReason.HintPrimary, (await source.RunAsync("/* route: primary */ SELECT 1")).Route.Reason);
            await using var batch = source.CreateBatch();
            batch.BatchCommands.Add(new("/* route: primary */ SELECT 1"));
            batch.BatchCommands.Add(new(last));
            await batch.ExecuteNonQueryAsync();
            Assert.Equal(last != "SELECT 1", session.HasWritten);
            Assert.Equal(RouteTarget.Primary, (await source.RunAsync("SELECT 1")).Route.Target); // what was seen there is not gone back from
        }
    }

    [Fact]
    public async Task PrimaryFallbackLimit_Reached_LeastStaleReplicaServesOrTheReadFails()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        foreach (var beyond in Enum.GetValues<BeyondFallbackLimit>())
        {
            await using var source = cluster.Build(options =>
            {
                options.MaxReplicaLagBytes = 10_000;
                options.PrimaryFallbackLimit = 1;
                options.BeyondFallbackLimit = beyond;
            });
            await source.WaitUntilWellAsync();
            await cluster.Replicas[0].PauseReplayAsync();
            await cluster.Primary.ExecuteAsync("INSERT INTO t SELECT generate_series(1, 3000)");
            await Until.TrueAsync(() => source.Cluster.Replicas.Single().Lag is { Bytes: > 10_000 }, "the lag to be seen");
            await using var first = await source.OpenConnectionAsync();
            Assert.Equal(RouteReason.ReplicasLagging, (await first.RunAsync("SELECT 1")).Route.Reason);
            Assert.Equal(RouteReason.ReplicasLagging, (await source.RunAsync("SELECT 1")).Route.Reason); // the first one is over, if not closed

            await using var holder = await source.OpenConnectionAsync();
            await using var held = holder.CreateCommand();
            held.CommandText = "SELECT 1";
            await using (await held.ExecuteReaderAsync())
            {
                if (beyond == BeyondFallbackLimit.LeastStaleReplica)
                {
                    Assert.Equal(RouteReason.FallbackLimit, (await source.RunAsync("SELECT 1")).Route.Reason);
                }
                else
                {
                    var error = await Assert.ThrowsAsync<Npgsql.NpgsqlException>(() => source.RunAsync("SELECT 1"));
                    Assert.True(error.IsTransient);
                    Assert.Contains("PrimaryFallbackLimit", error.Message, StringComparison.Ordinal);
                }
            }

            Assert.Equal(RouteReason.ReplicasLagging, (await source.RunAsync("SELECT 1")).Route.Reason); // the reader is closed, its connection is not
            await cluster.Replicas[0].ResumeReplayAsync();
            await cluster.WaitForReplayAsync();
        }
    }
}

using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>What the text cannot show is caught by the replica that refuses it.</summary>
public sealed class MisrouteTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    protected override string Setup => base.Setup + """
        ;
        CREATE SEQUENCE ids;
        CREATE FUNCTION hidden() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT nextval(''ids'')';
        CREATE FUNCTION dblink(text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT nextval(''ids'')';
        CREATE UNLOGGED TABLE fast (id int); INSERT INTO fast VALUES (1), (2);
        """;

    [Theory]
    [InlineData("SELECT n FROM numbered")]
    [InlineData("SELECT hidden()")]
    [InlineData("SELECT count(*) FROM speedy")]
    public async Task RefusedByAReplica_OutsideATransaction_RunsOnThePrimaryAndIsRemembered(string sql) => await RoutedAsync(async (source, _) =>
    {
        // Made after the data source has looked at the catalog, so that only the replica's refusal can tell.
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(1, connection.Scalar("SELECT 1"));
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "CREATE VIEW numbered AS SELECT nextval('ids') AS n; CREATE UNLOGGED TABLE speedy (id int)";
            await command.ExecuteNonQueryAsync();
        }

        await using var read = connection.CreateCommand();
        read.CommandText = sql;
        var first = await read.ExecuteScalarAsync();
        Assert.NotNull(first);
        Assert.Equal(RouteTarget.Primary, read.LastRoute!.Value.Target);
        // Or the catalog was read again in between, and the text was not taken for a read at all.
        if (read.LastRoute.Value.Reason != RouteReason.RefusedByReplica)
            return;
        Assert.True(read.LastRoute.Value.WasRerun);
        await using var again = await source.OpenConnectionAsync();
        await using var second = again.CreateCommand();
        second.CommandText = sql;
        await second.ExecuteScalarAsync();
        Assert.Equal(new CommandRoute(read.LastRoute.Value.Node, RouteTarget.Primary, RouteReason.RememberedRefusal, false), second.LastRoute);
    });

    [Fact]
    public async Task RefusedByAReplica_AndRunOnThePrimary_CountsAsAWrite() => await RoutedAsync(
        async (source, _) =>
        {
            foreach (var isBatch in new[] { false, true })
            {
                using var session = RoutingSession.Begin();
                await source.RunAsync("SELECT 1");
                Assert.False(session.HasWritten);
                await using var command = source.CreateCommand("SELECT hidden() AS of_a_command");
                await using var batch = source.CreateBatch();
                batch.BatchCommands.Add(new("SELECT hidden() AS of_a_batch"));
                await (isBatch ? batch.ExecuteScalarAsync() : command.ExecuteScalarAsync());
                Assert.Equal((RouteTarget.Primary, RouteReason.RefusedByReplica), (isBatch ? batch.LastRoute : command.LastRoute) is var (_, target, reason, _) ? (target, reason) : default);
                Assert.True(session.HasWritten); // it took a number from a sequence
                Assert.NotNull(await session.GetTokenAsync());
            }
        },
        routing: options => options.ReadYourWrites = ReadYourWrites.Session);

    [Fact]
    public Task RefusedReads_OfEveryKind_AnswerAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        seen.Add(await connection.ScalarAsync("SELECT hidden()"));
        seen.Add(connection.Rows("SELECT hidden()"));
        seen.Add(connection.Rows("SELECT * FROM fast ORDER BY id"));
        await using (var batch = connection.CreateBatch())
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT hidden() AS again"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
            await using var reader = await batch.ExecuteReaderAsync();
            seen.Add(reader.Rows());
            await reader.NextResultAsync();
            seen.Add(reader.Rows());
        }

        seen.Add(source.CreateCommand("SELECT hidden() + 0").ExecuteScalar());
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefusedByAReplica_HoweverItIsExecuted_RunsOnceOnThePrimaryAndIsRemembered(bool isSync) => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        var calls = 0L;
        foreach (var (way, execute) in Ways(isSync))
        {
            var sql = $"SELECT hidden() AS way_{way}";
            var (value, first) = await execute(connection, sql);
            Assert.Equal((RouteTarget.Primary, RouteReason.RefusedByReplica, true), (first!.Value.Target, first.Value.Reason, first.Value.WasRerun));
            Assert.Equal(way % 2 == 0 ? ++calls : -1, value);
            calls += way % 2; // a SELECT that is not looked at has run as well
            Assert.Equal(RouteReason.RememberedRefusal, (await execute(connection, sql)).Route!.Value.Reason);
            calls++;
        }

        Assert.Equal(calls + 1, connection.Scalar("SELECT nextval('ids')"));
    });

    [Fact]
    public async Task RefusedByAReplica_WithAStreamThatWasRead_TheErrorSurfaces() => await RoutedAsync(async (source, _) =>
    {
        const string sql = "SELECT hidden() > length($1)";
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add(new NpgsqlParameter { Value = new MemoryStream([1, 2, 3]), NpgsqlDbType = NpgsqlDbType.Bytea });
        var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        Assert.Equal((RouteTarget.Replica, false), (command.LastRoute!.Value.Target, command.LastRoute.Value.WasRerun));

        await using (var batch = connection.CreateBatch())
        {
            var part = new NpgsqlBatchCommand(sql);
            part.Parameters.Add(new NpgsqlParameter { Value = new MemoryStream([1, 2, 3]), NpgsqlDbType = NpgsqlDbType.Bytea });
            batch.BatchCommands.Add(part);
            error = await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteScalarAsync());
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        }

        // The same text without a stream runs again: nothing was wrong with the connection or the text.
        command.Parameters[0].Value = new byte[] { 1, 2, 3 };
        Assert.IsType<bool>(await command.ExecuteScalarAsync());
        Assert.Equal((RouteTarget.Primary, RouteReason.RefusedByReplica, true),
            (command.LastRoute.Value.Target, command.LastRoute.Value.Reason, command.LastRoute.Value.WasRerun));
    });

    [Fact]
    public async Task RefusedByAReplica_OfAFunctionThatReachesOutside_IsNotRunAgain() => await RoutedAsync(
        async (source, _) =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT dblink('an order')";
            var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync());
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
            Assert.Equal((RouteTarget.Replica, false), (command.LastRoute!.Value.Target, command.LastRoute.Value.WasRerun));
            Assert.Equal(1L, await source.PrimaryDataSource.CreateCommand("SELECT nextval('ids')").ExecuteScalarAsync());
        },
        routing: options => options.ReadOnlyFunctions.Add("dblink"));

    [Fact]
    public async Task RefusedByAReplica_OnManyConnectionsAtOnce_IsLoggedOncePerText()
    {
        using var log = new LogRecorder();
        await using var source = new RoutingDataSourceBuilder(With(Cluster.ConnectionString, await CreateSchemaAsync(), ""))
            .Configure(options =>
            {
                options.ReadYourWrites = ReadYourWrites.None;
                options.MaxReplicaLag = null;
            })
            .UseLoggerFactory(log)
            .Build();
        await source.WaitUntilWellAsync();
        var routes = new ConcurrentBag<RouteReason>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT hidden() + {i % 2}";
            await command.ExecuteScalarAsync();
            routes.Add(command.LastRoute!.Value.Reason);
        }));
        Assert.All(routes, reason => Assert.True(reason is RouteReason.RefusedByReplica or RouteReason.RememberedRefusal, reason.ToString()));
        Assert.Equal(2, log.Of(3001).Count());
    }

    private static IEnumerable<(int Way, Func<RoutingConnection, string, Task<(long Value, CommandRoute? Route)>> Execute)> Ways(bool isSync)
    {
        yield return (0, async (connection, sql) =>
        {
            await using var command = (RoutingCommand)connection.Command(sql);
            return ((long)(isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync())!, command.LastRoute);
        }
        );
        yield return (1, async (connection, sql) =>
        {
            await using var command = (RoutingCommand)connection.Command(sql);
            return (isSync ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync(), command.LastRoute);
        }
        );
        yield return (2, async (connection, sql) =>
        {
            await using var batch = Batch(connection, sql);
            return ((long)(isSync ? batch.ExecuteScalar() : await batch.ExecuteScalarAsync())!, batch.LastRoute);
        }
        );
        yield return (3, async (connection, sql) =>
        {
            await using var batch = Batch(connection, sql);
            return (isSync ? batch.ExecuteNonQuery() : await batch.ExecuteNonQueryAsync(), batch.LastRoute);
        }
        );
    }

    private static RoutingBatch Batch(RoutingConnection connection, string sql)
    {
        var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        return batch;
    }
}

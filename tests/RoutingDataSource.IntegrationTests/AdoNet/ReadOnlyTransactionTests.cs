using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class ReadOnlyTransactionTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Theory]
    [InlineData(IsolationLevel.Unspecified, "read committed", RouteTarget.Replica)]
    [InlineData(IsolationLevel.ReadCommitted, "read committed", RouteTarget.Replica)]
    [InlineData(IsolationLevel.RepeatableRead, "repeatable read", RouteTarget.Replica)]
    [InlineData(IsolationLevel.Snapshot, "repeatable read", RouteTarget.Replica)]
    [InlineData(IsolationLevel.Serializable, "serializable", RouteTarget.Primary)]
    public async Task BeginReadOnly_AtALevel_RunsWhereThatLevelExists(IsolationLevel level, string name, RouteTarget target) => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        for (var i = 0; i < 2; i++)
        {
            await using var transaction = i == 0 ? connection.BeginTransaction(level, readOnly: true) : await connection.BeginTransactionAsync(level, true);
            Assert.Equal((name, target), (connection.Scalar("SHOW transaction_isolation"), Route(connection).Target));
            Assert.Equal(("on", target), (connection.Scalar("SHOW transaction_read_only"), Route(connection).Target));
            var refusal = Assert.Throws<PostgresException>(() => connection.Execute("INSERT INTO item VALUES (100, 'no')"));
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refusal.SqlState);
            Assert.Equal("25P02", Assert.Throws<PostgresException>(() => connection.Scalar("SELECT 1")).SqlState);
            await transaction.RollbackAsync();
            Assert.Throws<InvalidOperationException>(() => transaction.Commit());
            Assert.Equal(RouteReason.ProvenRead, Route(connection).Reason);
            connection.Execute("UPDATE item SET name = name");
        }
    });
    [Theory]
    [InlineData("BEGIN READ ONLY", "COMMIT")]
    [InlineData("START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", "ROLLBACK")]
    public async Task BeginReadOnly_ByText_RunsOnAReplicaWhenAskedFor(string begin, string end) => await RoutedAsync(
        async (source, _) =>
        {
            await using var connection = await source.OpenConnectionAsync();
            for (var i = 0; i < 2; i++)
            {
                connection.Execute(begin);
                Assert.Equal((RouteTarget.Replica, RouteReason.ReadOnlyTransaction), (Route(connection).Target, Route(connection).Reason));
                Assert.Equal("on", connection.Scalar("SHOW transaction_read_only"));
                var node = Route(connection).Node;
                Assert.Equal(node, Route(connection).Node);
                Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
                connection.Execute("SET LOCAL statement_timeout = '77s'");
                connection.Execute("SET lock_timeout = '78s'");
                Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, Assert.Throws<PostgresException>(() => connection.Execute("DELETE FROM item")).SqlState);
                Assert.Equal("25P02", Assert.Throws<PostgresException>(() => connection.Scalar("SELECT 1")).SqlState);
                connection.Execute(end);
                Assert.Equal(RouteReason.ProvenRead, Route(connection).Reason);
                connection.Execute("UPDATE item SET name = name");
            }

            connection.Execute(begin);
            connection.Close(); // rolls back, as on one server
            connection.Open();
            connection.Execute("UPDATE item SET name = name");
            Assert.Equal("0", connection.Scalar("SELECT current_setting('lock_timeout')"));
        },
        "Maximum Pool Size=2",
        routing: options => options.RouteReadOnlyTransactions = true);

    [Fact]
    public async Task Export_InAReadOnlyTransactionByText_IsPartOfIt() => await RoutedAsync(
        async (source, _) =>
        {
            await using var connection = await source.OpenConnectionAsync();
            connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            var count = connection.Scalar("SELECT count(*) FROM item");
            await Cluster.Primary.ExecuteAsync($"INSERT INTO {Schema(connection)}.item VALUES (101, 'later')");
            await Cluster.WaitForReplayAsync();
            using (var export = connection.BeginTextExport("COPY (SELECT count(*) FROM item) TO STDOUT"))
                Assert.Equal($"{count}\n", await export.ReadToEndAsync());
            Assert.Equal((count, RouteReason.ReadOnlyTransaction), (connection.Scalar("SELECT count(*) FROM item"), Route(connection).Reason));
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.BeginBinaryImportAsync("COPY item FROM STDIN (FORMAT binary)"));
            Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refusal.SqlState);
            connection.Execute("ROLLBACK");
            Assert.NotEqual(count, connection.Scalar("SELECT count(*) FROM item /* the transaction is over */"));
        },
        routing: options => options.RouteReadOnlyTransactions = true);

    [Fact]
    public async Task BeginReadOnly_ByText_StaysOnThePrimaryByDefault() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        connection.Execute("BEGIN READ ONLY");
        Assert.Equal((RouteTarget.Primary, RouteReason.InTransaction), (Route(connection).Target, Route(connection).Reason));
        connection.Execute("COMMIT");
    });

    [Fact]
    public async Task TransactionsByText_WithReadOnlyOnesRouted_GiveWhatOneServerGives() => await SameAsync(
        (source, seen) =>
        {
            using var connection = source.OpenConnection();
            foreach (var begin in new[] { "BEGIN READ ONLY", "BEGIN", "BEGIN READ ONLY; SELECT 1", "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY" })
            {
                connection.Execute(begin);
                seen.Add(connection.Scalar("SELECT count(*) FROM item"), begin);
                seen.Add(connection.Scalar("SHOW transaction_read_only"), begin);
                seen.Throws(() => connection.BeginTransaction(), begin);
                seen.Throws(() => connection.Execute("SELECT nextval('no_such_sequence')"), begin);
                seen.Throws(() => connection.Scalar("SELECT 1"), begin);
                seen.Throws(() => connection.Execute("COMMIT"), begin);
                seen.Add(connection.Scalar("SELECT count(*) FROM item"), begin);
                seen.Add(connection.Execute("UPDATE item SET name = name"), begin);
            }
        },
        routing: options => options.RouteReadOnlyTransactions = true);

    [Fact]
    public async Task RepeatableRead_OnAReplica_KeepsItsSnapshotOnOneServer() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, true))
        {
            var routes = new List<CommandRoute> { Route(connection) };
            await Cluster.Primary.ExecuteAsync($"INSERT INTO {Schema(connection)}.item VALUES (100, 'later')");
            for (var i = 0; i < 5; i++)
                routes.Add(Route(connection));
            Assert.Single(routes.Distinct());
            Assert.Equal(RouteReason.ReadOnlyTransaction, routes[0].Reason);
            Assert.Equal(10L, connection.Scalar("SELECT count(*) FROM item"));
            await transaction.CommitAsync();
        }

        Assert.Equal(11L, connection.Scalar("SELECT count(*) FROM item"));
    });

    [Fact]
    public async Task SavepointsAndTextCommit_InAReadOnlyTransaction_Work() => await RoutedAsync((source, _) =>
    {
        using var connection = source.OpenConnection();
        var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted, true);
        transaction.Save("a");
        Assert.Throws<PostgresException>(() => connection.Scalar("SELECT 1 / 0"));
        transaction.Rollback("a");
        Assert.Equal(1, connection.Scalar("SELECT 1"));
        Assert.Throws<InvalidOperationException>(() => connection.BeginTransaction());
        connection.Execute("COMMIT");
        Assert.Throws<InvalidOperationException>(() => transaction.Commit());
        transaction.Dispose();
        Assert.Equal(RouteReason.ProvenRead, Route(connection).Reason);
        Assert.Throws<NotSupportedException>(() => connection.BeginTransaction(IsolationLevel.Chaos, true));
        return Task.CompletedTask;
    });

    [Fact]
    public async Task BeginReadOnly_AfterOwnWrite_WaitsOnThePrimaryUntilAReplicaHasIt()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = RoutingDataSource.Create(cluster.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(1, connection.Scalar("SELECT 1"));
        await cluster.Replicas[0].PauseReplayAsync();
        connection.Execute("CREATE TABLE t (id int)");
        await using (var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, true))
        {
            Assert.Equal(0L, connection.Scalar("SELECT count(*) FROM t"));
            Assert.Equal(RouteTarget.Primary, Route(connection).Target);
            Assert.Equal("25006", Assert.Throws<PostgresException>(() => connection.Execute("INSERT INTO t VALUES (1)")).SqlState);
        }

        Assert.NotNull(source.Cluster.Primary);
        connection.Execute("INSERT INTO t VALUES (2)"); // the primary was not taken for a replica
    }

    [Fact]
    public async Task LostReplica_InAReadOnlyTransaction_BreaksTheConnectionAsPlain()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = RoutingDataSource.Create(cluster.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, true);
        Assert.Equal(1, connection.Scalar("SELECT 1"));
        await cluster.Replicas[0].KillAsync();
        Assert.ThrowsAny<NpgsqlException>(() => connection.Scalar("SELECT 1"));
        Assert.Equal(ConnectionState.Closed, connection.State);
        Assert.Throws<InvalidOperationException>(() => connection.Scalar("SELECT 1"));
        transaction.Dispose();
        connection.Close();
        connection.Open();
        Assert.Equal(1, connection.Scalar("SELECT 1"));
        await using (await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, true))
            Assert.Equal(RouteTarget.Primary, Route(connection).Target);
    }

    private static string Schema(RoutingConnection connection) =>
        new NpgsqlConnectionStringBuilder(connection.ConnectionString).SearchPath!;

    private static CommandRoute Route(RoutingConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        command.ExecuteScalar();
        return command.LastRoute!.Value;
    }
}

using System.Data;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class TransactionTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    protected override string Setup => base.Setup +
        "; CREATE TABLE late (id int, CONSTRAINT late_once UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)";

    [Fact]
    public Task CommitAndRollback_OfWrites_LeaveWhatPlainLeaves() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.ScalarAsync("INSERT INTO item VALUES (20, 'kept')");
            seen.Add(await connection.ScalarAsync("SELECT count(*) FROM item"));
            seen.Add(ReferenceEquals(transaction.Connection, connection));
            await transaction.CommitAsync();
        }

        using (var transaction = connection.BeginTransaction())
        {
            connection.Execute("INSERT INTO item VALUES (21, 'lost')");
            transaction.Rollback();
        }

        using (connection.BeginTransaction())
            connection.Execute("INSERT INTO item VALUES (22, 'lost')");
        seen.Add(connection.Rows("SELECT id FROM item WHERE id >= 20"));
    });

    [Fact]
    public Task IsolationLevels_OfEveryKind_AreThoseOfPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        foreach (var level in Enum.GetValues<IsolationLevel>())
        {
            seen.Throws(() =>
            {
                using var transaction = connection.BeginTransaction(level);
                seen.Add(transaction.IsolationLevel);
                seen.Add(connection.Scalar("SHOW transaction_isolation"));
                seen.Add(transaction.SupportsSavepoints);
            });
        }
    });

    [Fact]
    public Task EndedTransactions_WhenUsed_RefuseAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var transaction = connection.BeginTransaction();
        seen.Throws(() => connection.BeginTransaction());
        transaction.Commit();
        seen.Throws(() => transaction.Commit());
        seen.Throws(() => transaction.Rollback());
        seen.Throws(() => transaction.Save("a"));
        seen.Throws(() => seen.Add(transaction.IsolationLevel));
        seen.Add(ReferenceEquals(transaction.Connection, connection));
        using var command = connection.Command("SELECT 1");
        seen.Throws(() => command.Transaction = transaction);
        transaction.Dispose();
        transaction.Dispose();
        seen.Throws(() => transaction.Commit());
        seen.Throws(() => seen.Add(transaction.Connection));
        seen.Throws(() => command.Transaction = transaction);
        seen.Add(command.ExecuteScalar());
    });

    [Fact]
    public Task Transactions_OfAClosedConnection_AreRolledBackAndRefuse() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var transaction = connection.BeginTransaction();
        connection.Execute("INSERT INTO item VALUES (30, 'lost')");
        connection.Close();
        seen.Throws(() => transaction.Commit());
        seen.Throws(() => seen.Add(transaction.Connection is null));
        transaction.Dispose();
        connection.Open();
        seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE id = 30"));
        using var next = connection.BeginTransaction();
        connection.Execute("INSERT INTO item VALUES (31, 'kept')");
        transaction.Dispose(); // late: must not end the next one
        next.Commit();
        seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE id = 31"));
    });

    [Fact]
    public Task Savepoints_ByApiAndByText_RollBackToThem() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        connection.Execute("INSERT INTO item VALUES (40, 'kept')");
        transaction.Save("Mixed Case");
        connection.Execute("INSERT INTO item VALUES (41, 'lost')");
        transaction.Rollback("Mixed Case");
        await transaction.SaveAsync("a");
        seen.Throws(() => connection.Execute("INSERT INTO item VALUES (40, 'twice')"));
        seen.Throws(() => connection.Scalar("SELECT 1"));
        await transaction.RollbackAsync("a");
        await transaction.ReleaseAsync("a");
        seen.Throws(() => transaction.Release("never"));
        transaction.Rollback("Mixed Case");
        connection.Execute("SAVEPOINT b");
        connection.Execute("INSERT INTO item VALUES (42, 'lost')");
        connection.Execute("ROLLBACK TO b");
        connection.Execute("RELEASE b");
        seen.Throws(() => transaction.Save(""));
        seen.Throws(() => transaction.Save(null!));
        await transaction.CommitAsync();
        seen.Add(connection.Rows("SELECT id FROM item WHERE id >= 40"));
    });

    [Fact]
    public Task TextTransactions_InAllTheirWays_StayTogether() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        connection.Execute("BEGIN");
        connection.Execute("INSERT INTO item VALUES (60, 'a')");
        seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE id = 60"));
        seen.Throws(() => connection.BeginTransaction());
        connection.Execute("ROLLBACK");
        seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE id = 60"));
        connection.Execute("START TRANSACTION ISOLATION LEVEL REPEATABLE READ; INSERT INTO item VALUES (61, 'b')");
        seen.Add(connection.Scalar("SHOW transaction_isolation"));
        seen.Throws(() => connection.Scalar("SELECT 1 / 0"));
        seen.Throws(() => connection.Scalar("SELECT 1"));
        connection.Execute("END");
        seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE id = 61"));
        connection.Execute("BEGIN; INSERT INTO item VALUES (62, 'c'); SAVEPOINT s; INSERT INTO item VALUES (63, 'd'); ROLLBACK TO s; COMMIT");
        seen.Add(connection.Rows("SELECT id FROM item WHERE id >= 60"));
        connection.Execute("BEGIN");
        connection.Execute("COMMIT AND CHAIN");
        connection.Execute("INSERT INTO item VALUES (64, 'e')");
        connection.Execute("ABORT");
        seen.Add(connection.Rows("SELECT id FROM item WHERE id >= 60"));
    });

    [Fact]
    public Task FailingCommit_ByTextAndByApi_EndsTheTransaction() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        connection.Execute("BEGIN");
        connection.Execute("INSERT INTO late VALUES (1), (1)");
        seen.Throws(() => connection.Execute("COMMIT"));
        using (var command = connection.Command("SELECT count(*) FROM late"))
        {
            seen.Add(command.ExecuteScalar());
            if (command is RoutingCommand { LastRoute: { } route })
                Assert.NotEqual(RouteReason.InTransaction, route.Reason);
        }

        var transaction = connection.BeginTransaction();
        connection.Execute("INSERT INTO late VALUES (2), (2)");
        seen.Throws(() => transaction.Commit());
        seen.Throws(() => transaction.Commit());
        transaction.Dispose();
        using (var next = connection.BeginTransaction())
        {
            connection.Execute("INSERT INTO late VALUES (3)");
            next.Commit();
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM late"));
    });

    [Fact]
    public Task TextWithCommit_ThatFailsBeforeIt_LeavesTheFailedTransactionOpen() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Throws(() => connection.Execute("BEGIN; SELECT 1 / 0; COMMIT"));
        seen.Throws(() => connection.Scalar("SELECT 1"));
        connection.Execute("ROLLBACK");
        seen.Add(connection.Scalar("SELECT 1"));
        using var transaction = connection.BeginTransaction();
        seen.Throws(() => connection.Execute("SELECT 1 / 0; COMMIT"));
        seen.Throws(() => connection.Scalar("SELECT 1"));
        transaction.Rollback();
        seen.Add(connection.Scalar("SELECT 1"));
    });

    [Fact]
    public Task CommitByText_UnderAnApiTransaction_EndsIt() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using (var transaction = connection.BeginTransaction())
        {
            connection.Execute("INSERT INTO item VALUES (70, 'kept')");
            connection.Execute("COMMIT");
            seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE id = 70"));
            seen.Throws(() => transaction.Commit());
            seen.Throws(() => transaction.Rollback());
        }

        using (var transaction = connection.BeginTransaction())
        {
            connection.Execute("BEGIN"); // a warning
            transaction.Commit();
        }

        using var command = connection.Command("SELECT 1");
        seen.Add(command.ExecuteScalar());
        if (command is RoutingCommand { LastRoute: { } route })
            Assert.NotEqual(RouteReason.InTransaction, route.Reason);
    });

    [Fact]
    public Task Transaction_WithAnOpenReader_CannotEndButCanBeDisposed() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var transaction = connection.BeginTransaction();
        var reader = connection.Command("SELECT generate_series(1, 3)").ExecuteReader();
        seen.Throws(() => transaction.Commit());
        seen.Throws(() => transaction.Rollback());
        transaction.Dispose();
        seen.Add(reader.IsClosed);
        seen.Add(connection.Scalar("SELECT 1"));
    });

    [Fact]
    public Task AssignedTransaction_OnAnotherConnection_IsAcceptedAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var other = source.Opened();
        using var transaction = connection.BeginTransaction();
        using var command = other.Command("SELECT 1");
        command.Transaction = transaction;
        seen.Add(command.ExecuteScalar());
        command.Connection = other;
        seen.Add(command.Transaction is null);
        command.Connection = connection;
        seen.Add(command.Transaction is null);
        command.Transaction = transaction;
        transaction.Rollback();
        seen.Add(command.ExecuteScalar());
    });
}

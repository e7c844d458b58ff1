using System.Transactions;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class AmbientTransactionTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    private static TransactionScope Scope() => new(TransactionScopeAsyncFlowOption.Enabled);

    [Fact]
    public Task OpenedBeforeTheScope_DoesNotTakePart() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using (Scope())
        {
            connection.Execute("INSERT INTO item VALUES (20, 'kept')");
            seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task OpenedInsideTheScope_TakesPart(bool complete) => SameAsync(async (source, seen) =>
    {
        using (var scope = Scope())
        {
            await using var connection = await source.OpenConnectionAsync();
            seen.Add(connection.Scalar("SELECT count(*) FROM item"));
            connection.Execute("INSERT INTO item VALUES (20, 'in scope')");
            seen.Add(await connection.ScalarAsync("SELECT count(*) FROM item"));
            seen.Throws(() => connection.BeginTransaction());
            if (complete)
                scope.Complete();
        }

        using var after = source.Opened();
        seen.Add(after.Scalar("SELECT count(*) FROM item"));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task SequentialConnections_InOneScope_ShareOneTransaction(bool complete) => SameAsync((source, seen) =>
    {
        using (var scope = Scope())
        {
            using (var first = source.Opened())
                first.Execute("INSERT INTO item VALUES (20, 'first')");
            using (var second = source.Opened())
            {
                seen.Add(second.Scalar("SELECT count(*) FROM item"));
                second.Execute("INSERT INTO item VALUES (21, 'second')");
            }

            using (var command = source.CreateCommand("SELECT count(*) FROM item"))
                seen.Add(command.ExecuteScalar());
            using (var same = source.CreateConnection())
            {
                for (var i = 0; i < 3; i++)
                {
                    same.Open();
                    seen.Add(same.Scalar("SELECT count(*) FROM item"));
                    same.Close();
                }
            }

            if (complete)
                scope.Complete();
        }

        using var after = source.Opened();
        seen.Add(after.Scalar("SELECT count(*) FROM item"));
    });

    [Fact]
    public Task EnlistTransaction_MoreThanOnce_IsIdempotentForOneAndRefusesAnother() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        using (var transaction = new CommittableTransaction())
        {
            connection.EnlistTransaction(transaction);
            connection.EnlistTransaction(transaction);
            connection.Execute("INSERT INTO item VALUES (20, 'lost')");
            seen.Add(connection.Scalar("SELECT count(*) FROM item"));
            using var another = new CommittableTransaction();
            Assert.StartsWith("Already enlisted", Assert.Throws<InvalidOperationException>(() => connection.EnlistTransaction(another)).Message);
            transaction.Rollback();
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        using (var transaction = new CommittableTransaction())
        {
            connection.EnlistTransaction(transaction);
            connection.Execute("INSERT INTO item VALUES (21, 'kept')");
            transaction.Commit();
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        connection.EnlistTransaction(null);
        connection.Close();
        seen.Throws(() => connection.EnlistTransaction(null));
    });

    [Fact]
    public Task EnlistOff_InTheConnectionString_StaysOutOfTheScope() => SameAsync(
        (source, seen) =>
        {
            using (Scope())
            {
                using var connection = source.Opened();
                connection.Execute("INSERT INTO item VALUES (20, 'kept')");
            }

            using var after = source.Opened();
            seen.Add(after.Scalar("SELECT count(*) FROM item"));
        },
        "Enlist=false");

    [Fact]
    public Task ConnectionThatOutlivesItsScope_GoesOnOutsideOfIt() => SameAsync((source, seen) =>
    {
        using var connection = source.CreateConnection();
        using (var scope = Scope())
        {
            connection.Open();
            connection.Execute("INSERT INTO item VALUES (20, 'kept')");
            scope.Complete();
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        connection.Execute("INSERT INTO item VALUES (21, 'kept')");
        using (var transaction = connection.BeginTransaction())
            connection.Execute("INSERT INTO item VALUES (22, 'lost')");
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
    });

    [Fact]
    public async Task Commands_InsideAScope_GoToThePrimaryAndSayWhy() => await RoutedAsync((source, _) =>
    {
        using var scope = Scope();
        using var connection = source.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        command.ExecuteScalar();
        Assert.Equal(new CommandRoute(command.LastRoute!.Value.Node, RouteTarget.Primary, RouteReason.AmbientTransaction, false), command.LastRoute);
        return Task.CompletedTask;
    });
}

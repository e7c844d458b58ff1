using System.Data.Common;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Small things that Npgsql's own users look at.</summary>
public sealed class DropInTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Fact]
    public Task Statements_OfACommandThatHasNotRun_AreNone() => SameAsync((source, seen) =>
    {
        using (var connection = source.Opened())
        {
            for (var i = 0; i < 3; i++)
                _ = connection.Scalar("SELECT 1");
        }

        for (var i = 0; i < 3; i++)
        {
            using var connection = source.Opened();
            using DbCommand command = source is RoutingDataSource
                ? new RoutingCommand("SELECT 1; SELECT 2", (RoutingConnection)connection)
                : new NpgsqlCommand("SELECT 1; SELECT 2", (NpgsqlConnection)connection);
            dynamic own = command;
            seen.Add(((IReadOnlyCollection<object>)own.Statements).Count);
            seen.Add(command.ExecuteScalar());
            seen.Add(((IReadOnlyCollection<object>)own.Statements).Count);
        }
    });

    [Fact]
    public Task BatchOfADataSource_RefusesConnectionAndTransaction_InTheSameWords() => SameAsync((source, seen) =>
    {
        using var batch = source.CreateBatch();
        seen.Throws(() => _ = batch.Connection);
        seen.Throws(() => batch.Connection = null);
        seen.Throws(() => _ = batch.Transaction);
        seen.Throws(() => batch.Transaction = null);
        seen.Throws(batch.Prepare);
        using var command = source.CreateCommand();
        seen.Throws(() => _ = command.Connection);
        seen.Throws(() => command.Transaction = null);
        seen.Throws(command.Prepare);
    });

    [Fact]
    public Task StatementsOfAReader_WhoeverHadTheCommandBefore_ShowTheText() => SameAsync((source, seen) =>
    {
        for (var i = 0; i < 3; i++)
        {
            using var connection = source.Opened();
            Show("SELECT 1");
            Show("SELECT 2; SELECT 3");
            Show("SELECT @p", new NpgsqlParameter("p", 4));
            Show("SELECT $1", new NpgsqlParameter { Value = 5 }); // not parsed, so it has no text
            using var ofSource = source.CreateCommand("SELECT 6");
            using var own = ofSource.ExecuteReader();
            seen.Add(((dynamic)own).Statements);

            void Show(string sql, NpgsqlParameter? parameter = null)
            {
                using var command = New(sql, connection);
                if (parameter is not null)
                    command.Parameters.Add(parameter);
                for (var runs = 0; runs < 2; runs++) // Npgsql empties the texts in the second
                {
                    using var reader = command.ExecuteReader();
                    seen.Add(((dynamic)reader).Statements);
                }
            }
        }
    });

    [Fact]
    public Task IsPrepared_AfterAnotherTextOrConnection_IsAsPlain() => SameAsync(
        (source, seen) =>
        {
            using var connection = source.Opened();
            using var command = New("SELECT 1", connection);
            Say(command.Prepare);
            Say(() => command.CommandText = "SELECT 2");
            Say(connection.Close);
            Say(connection.Open);
            Say(() => command.ExecuteNonQuery());
            Say(command.Prepare);
            Say(connection.Close);
            Say(connection.Open);
            using (var other = source.Opened())
            {
                Say(() => command.Connection = other);
                Say(() => command.Connection = connection);
                Say(() => command.Connection = other);
                Say(() => command.ExecuteNonQuery());
                Say(() => command.Connection = connection);
                Say(() => command.ExecuteNonQuery());
                Say(command.Prepare);
                Say(() => command.Connection = null);
                Say(() => command.Connection = connection);
            }

            using (command.ExecuteReader())
            {
                Say(command.Prepare);
                Say(() => ((dynamic)command).Unprepare());
            }

            using (connection.BeginTransaction())
                Say(() => command.ExecuteNonQuery());
            Say(() => ((dynamic)command).Unprepare());
            Say(() => command.ExecuteNonQuery());

            void Say(Action action)
            {
                seen.Throws(action);
                seen.Add(((dynamic)command).IsPrepared);
            }
        },
        routing: options => options.Mode = RoutingMode.PrimaryOnly);

    [Fact]
    public Task IsPrepared_OfCommandsThatNpgsqlPreparesItself_IsAsPlain() => SameAsync(
        (source, seen) =>
        {
            using var connection = source.Opened();
            foreach (var sql in new[] { "SELECT 1", "SELECT 2", "SELECT 1", "SELECT 1; SELECT 2" })
            {
                using var command = New(sql, connection);
                for (var i = 0; i < 4; i++)
                {
                    seen.Add(((dynamic)command).IsPrepared); // before the first run it is nobody's business what the command did before
                    command.ExecuteNonQuery();
                }

                command.CommandText = "SELECT 3";
                seen.Add(((dynamic)command).IsPrepared);
            }
        },
        "Max Auto Prepare=4;Auto Prepare Min Usages=2",
        routing: options => options.Mode = RoutingMode.PrimaryOnly);

    [Fact]
    public Task SettingsOfAConnection_WhileItIsOpenClosedOrDisposed_AreRefusedInTheSameOrder() => SameAsync((source, seen) =>
    {
        var connection = source.CreateConnection();
        foreach (var name in new[] { null, "", "x" })
            seen.Throws(() => connection.ChangeDatabase(name!));
        connection.Open();
        foreach (var name in new[] { null, "" })
            seen.Throws(() => connection.ChangeDatabase(name!));
        foreach (var settings in new[] { null, "", "Host=", "Host=elsewhere", connection.ConnectionString })
            seen.Throws(() => connection.ConnectionString = settings);
        connection.Dispose();
        seen.Throws(() => connection.ChangeDatabase("x"));
        seen.Throws(() => connection.ConnectionString = "Host=elsewhere");
    });

    private static DbCommand New(string sql, DbConnection connection) => connection is RoutingConnection routed
        ? new RoutingCommand(sql, routed)
        : new NpgsqlCommand(sql, (NpgsqlConnection)connection);
}

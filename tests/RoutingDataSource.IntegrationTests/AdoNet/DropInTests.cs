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
}

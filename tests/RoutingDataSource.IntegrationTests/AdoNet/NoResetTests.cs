using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Connections of the replica pools go back without a reset, so nothing may ever be left on one.</summary>
public sealed class NoResetTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    private const string Settings = "Maximum Pool Size=1;Timeout=10";

    // Proven to be a read because the name is a literal that does not tell servers apart.
    private const string Timeout = "SELECT current_setting('statement_timeout')";

    [Fact]
    public async Task Set_InAReadOnlyTransaction_IsNotSeenAfterIt() => await RoutedAsync(
        async (source, _) =>
        {
            await using (var connection = await source.OpenConnectionAsync())
            {
                for (var i = 0; i < 2; i++)
                {
                    using (var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted, true))
                    {
                        connection.Execute("SET statement_timeout = '77s'");
                        connection.Execute("SET LOCAL lock_timeout = '78s'");
                        connection.Execute("PREPARE leaked AS SELECT 1");
                        Assert.Equal("77s", connection.Scalar("SHOW statement_timeout"));
                        transaction.Commit();
                    }

                    Assert.Equal("0", connection.Scalar(Timeout));
                }
            }

            await AssertCleanAsync(source);
        },
        Settings);

    [Theory]
    [InlineData("commit")]
    [InlineData("close")]
    [InlineData("dispose the transaction")]
    [InlineData("close with a reader open")]
    [InlineData("fail and close")]
    public async Task ReadOnlyTransaction_HoweverItEnds_LeavesNothing(string end) => await RoutedAsync(
        async (source, _) =>
        {
            for (var i = 0; i < 4; i++)
            {
                await using var connection = await source.OpenConnectionAsync();
                var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted, true);
                connection.Execute("SET statement_timeout = '77s'");
                NpgsqlDataReader? reader = null;
                switch (end)
                {
                    case "commit":
                        transaction.Commit();
                        break;
                    case "dispose the transaction":
                        transaction.Dispose();
                        break;
                    case "close with a reader open":
                        reader = ((RoutingCommand)connection.Command("SELECT generate_series(1, 3)")).ExecuteReader();
                        break;
                    case "fail and close":
                        Assert.Throws<PostgresException>(() => connection.Scalar("SELECT 1 / 0"));
                        break;
                }

                connection.Close();
                Assert.True(reader is null or { IsClosed: true });
            }

            await AssertCleanAsync(source);
        },
        Settings);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task InnerConnection_TakenThroughInner_IsResetBeforeItGoesBack(bool readerOpen) => await RoutedAsync(
        async (source, _) =>
        {
            for (var i = 0; i < 4; i++)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT 1";
                await command.ExecuteScalarAsync();
                Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
                var inner = command.Inner.Connection!;
                inner.Execute("SET statement_timeout = '77s'");
                if (i % 2 == 1)
                    inner.Execute("BEGIN");
                if (readerOpen)
                    inner.Command("SELECT generate_series(1, 3)").ExecuteReader();
            }

            await AssertCleanAsync(source);
        },
        Settings);

    [Fact]
    public async Task Reads_OfManyUsers_SkipTheReset()
    {
        var schema = await CreateSchemaAsync();
        await using var source = Routed(schema, Settings);
        for (var i = 0; i < 4; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await connection.ScalarAsync(Timeout);
        }

        Assert.All(source.Nodes.Where(node => node.Index != source.Cluster.PrimaryIndex), node => Assert.True(node.SkipsReset));
        await AssertCleanAsync(source);
    }

    // Whoever comes next, on each server, finds a connection as good as new.
    private static async Task AssertCleanAsync(RoutingDataSource source)
    {
        var nodes = new HashSet<string?>();
        for (var i = 0; i < 8; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = Timeout;
            Assert.Equal("0", await command.ExecuteScalarAsync());
            nodes.Add(command.LastRoute!.Value.Node);
        }

        Assert.Equal(2, nodes.Count);
    }
}

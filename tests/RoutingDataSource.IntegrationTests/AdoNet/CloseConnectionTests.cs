using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class CloseConnectionTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Theory]
    [InlineData("SELECT * FROM item")]
    [InlineData("UPDATE item SET name = name RETURNING id")]
    public Task CloseConnection_OnceTheReaderCloses_ClosesTheConnection(string sql) => SameAsync(async (source, seen) =>
    {
        await using var connection = source.CreateConnection();
        connection.StateChange += (_, change) => seen.Add(change.CurrentState);
        for (var i = 0; i < 3; i++)
        {
            await connection.OpenAsync();
            await using var command = connection.Command(sql);
            await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
            {
                if (i > 0)
                    await reader.ReadAsync(); // and abandoned with rows left
                seen.Add(connection.State);
            }

            seen.Add(connection.State);
        }
    });

    [Theory]
    [InlineData("SELECT 1 / 0")]
    [InlineData("UPDATE item SET name = name || 1 / (id - id)")]
    public Task CloseConnection_OfFailingSql_ClosesTheConnection(string sql) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command(sql);
        seen.Throws(() => command.ExecuteReader(CommandBehavior.CloseConnection));
        seen.Add(connection.State);
        connection.Open();
        await seen.ThrowsAsync(() => command.ExecuteReaderAsync(CommandBehavior.CloseConnection));
        seen.Add(connection.State);
    });

    [Fact]
    public Task CloseConnection_WhenTheReaderFailsAfterRows_ClosesWithTheReader() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var reader = connection.Command("SELECT 1 / (3 - i) FROM generate_series(1, 5) i").ExecuteReader(CommandBehavior.CloseConnection);
        seen.Throws(() => reader.Rows());
        seen.Add(connection.State);
        reader.Dispose();
        seen.Add(connection.State);
    });

    [Fact]
    public async Task CloseConnection_By24TasksAtOnce_LeavesNoConnectionOpen() => await RoutedAsync(
        async (source, _) =>
        {
            var leftOpen = new ConcurrentBag<DbConnection>();
            await Task.WhenAll(Enumerable.Range(0, 24).Select(task => Task.Run(async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    var connection = await source.OpenConnectionAsync();
                    connection.StateChange += (_, _) => Thread.Yield();
                    await using var command = connection.Command(i % 3 == 0 ? "UPDATE item SET name = 'x' WHERE id = 100 RETURNING id" : "SELECT * FROM item");
                    await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection))
                        await reader.ReadAsync();
                    if (connection.State != ConnectionState.Closed)
                        leftOpen.Add(connection);
                }
            })));
            Assert.Empty(leftOpen);
            Assert.All(source.Nodes, node => Assert.Equal(0, node.InUse));
        },
        "Maximum Pool Size=6;Timeout=30");

    [Fact]
    public Task DataSourceCommands_ExecutedInEveryWay_AnswerAsPlain() => SameAsync(
        async (source, seen) =>
        {
            await using var command = source.CreateCommand("SELECT count(*) FROM item");
            seen.Add(await command.ExecuteScalarAsync());
            seen.Add(command.ExecuteScalar());
            await using (var reader = await command.ExecuteReaderAsync())
            {
                seen.Throws(() => command.ExecuteScalar());
                seen.Add(reader.Rows());
            }

            await using var write = source.CreateCommand("UPDATE item SET name = 'w' WHERE id < 4");
            seen.Add(await write.ExecuteNonQueryAsync());
            seen.Throws(() => seen.Add(command.Connection));
            seen.Throws(() => command.Connection = null);
            seen.Throws(() => seen.Add(command.Transaction));
            seen.Throws(() => command.Transaction = null);
            seen.Throws(() => command.Prepare());
            await seen.ThrowsAsync(() => command.PrepareAsync());
            await using var batch = source.CreateBatch();
            batch.BatchCommands.Add(new Npgsql.NpgsqlBatchCommand("SELECT 7"));
            seen.Add(await batch.ExecuteScalarAsync());
            seen.Throws(() => seen.Add(batch.Connection));
            seen.Throws(() => batch.Transaction = null);
            seen.Throws(() => batch.Prepare());
            await seen.ThrowsAsync(() => batch.PrepareAsync());
        },
        "Maximum Pool Size=2");

    [Fact]
    public Task DataSourceCommands_ThatFail200Times_LeakNothing() => SameAsync(
        async (source, seen) =>
        {
            var failures = 0;
            for (var i = 0; i < 200; i++)
            {
                await using var command = source.CreateCommand(i % 2 == 0 ? "SELECT 1 / 0" : "UPDATE item SET name = 1 / 0");
                try
                {
                    _ = i % 4 < 2 ? command.ExecuteScalar() : await command.ExecuteReaderAsync();
                }
                catch (DbException)
                {
                    failures++;
                }
            }

            seen.Add(failures);
            await using var last = source.CreateCommand("SELECT 1");
            seen.Add(await last.ExecuteScalarAsync());
        },
        "Maximum Pool Size=2;Timeout=5");
}

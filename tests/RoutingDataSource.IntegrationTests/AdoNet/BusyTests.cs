using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>One command at a time, wherever each would have gone.</summary>
public sealed class BusyTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    private const string Read = "SELECT generate_series(1, 3)";
    private const string Write = "UPDATE item SET name = name RETURNING id";

    [Theory]
    [InlineData(Read, Read)]
    [InlineData(Read, Write)]
    [InlineData(Write, Read)]
    [InlineData(Write, Write)]
    public Task SecondCommand_WhileAReaderIsOpen_IsRefusedAsPlain(string first, string second) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command(first);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            await using var other = connection.Command(second);
            await seen.ThrowsAsync(() => other.ExecuteScalarAsync());
            seen.Throws(() => other.ExecuteNonQuery());
            seen.Throws(() => other.ExecuteReader());
            seen.Throws(() => other.Prepare());
            seen.Throws(() => command.CommandText = "SELECT 1");
            seen.Throws(() => command.Connection = null);
            seen.Throws(() => connection.BeginTransaction());
            seen.Throws(() => ((dynamic)connection).UnprepareAll());
            seen.Throws(() => ((dynamic)connection).ReloadTypes());
            seen.Throws(() => ((dynamic)connection).Wait(1));
            seen.Throws(() => ((dynamic)connection).BeginTextImport("COPY item FROM STDIN"));
            seen.Throws(() => connection.GetSchema("Tables"));
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
            seen.Throws(() => batch.ExecuteNonQuery());
            while (await reader.ReadAsync())
                seen.Add(reader.GetInt32(0));
            seen.Throws(() => command.ExecuteScalar());
        }

        seen.Add(connection.Scalar("SELECT 5"));
    });

    [Fact]
    public Task SecondCommand_WhileABatchIsRead_IsRefusedAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 2"));
        using (batch.ExecuteReader())
        {
            seen.Throws(() => connection.Execute("UPDATE item SET name = name"));
            seen.Throws(() => batch.Connection = null);
        }

        seen.Add(connection.Scalar("SELECT 5"));
    });

    [Fact]
    public Task SecondCommand_WhileACopyRuns_IsRefusedAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        dynamic own = connection;
        using (NpgsqlBinaryImporter importer = own.BeginBinaryImport("COPY item FROM STDIN (FORMAT binary)"))
        {
            seen.Throws(() => connection.Scalar("SELECT 1"));
            seen.Throws(() => connection.Execute("DELETE FROM item"));
            seen.Throws(() => own.BeginTextImport("COPY item FROM STDIN"));
            seen.Add((ConnectionState)own.FullState);
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
    });

    [Fact]
    public Task RefusedCommand_WithCloseConnection_ClosesAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var reader = connection.Command(Read).ExecuteReader();
        seen.Throws(() => connection.Command("UPDATE item SET name = name").ExecuteReader(CommandBehavior.CloseConnection));
        seen.Add(connection.State);
        connection.Open();
        seen.Add(connection.Scalar("SELECT 5"));
    });

    [Fact]
    public Task Close_WithAnOpenReader_ClosesTheReader() => SameAsync((source, seen) =>
    {
        foreach (var sql in new[] { Read, Write })
        {
            using var connection = source.Opened();
            var reader = connection.Command(sql).ExecuteReader();
            connection.Close();
            seen.Add(reader.IsClosed);
            seen.Throws(() => reader.Read());
            connection.Open();
            seen.Add(connection.Scalar("SELECT 5"));
        }
    });
}

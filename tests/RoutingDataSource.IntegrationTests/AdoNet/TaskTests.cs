using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Whether asynchronous members throw at once or fail with their task: a program that starts several tasks and then waits for all of them sees it.</summary>
public sealed class TaskTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Theory]
    [InlineData("without a connection")]
    [InlineData("disposed")]
    [InlineData("closed")]
    [InlineData("cancelled")]
    [InlineData("busy")]
    public Task AsyncMembers_ThatCannotRun_SayItWhereNpgsqlSaysIt(string how) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        for (var i = 0; i < 3; i++)
            connection.Scalar("SELECT 1"); // wherever reads go next, there is a connection
        var command = connection.Command("SELECT 1");
        var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
        connection.Execute("UPDATE item SET name = name"); // and to the primary
        dynamic own = connection;
        var token = new CancellationToken(how == "cancelled");
        switch (how)
        {
            case "without a connection":
                command.Connection = null;
                batch.Connection = null;
                break;
            case "disposed":
                command.Dispose();
                connection.Dispose();
                break;
            case "closed":
                connection.Close();
                break;
            case "busy":
                connection.Command("SELECT * FROM item").ExecuteReader();
                break;
        }

        await seen.EndsAsync(() => command.ExecuteScalarAsync(token));
        await seen.EndsAsync(() => command.ExecuteNonQueryAsync(token));
        await seen.EndsAsync(() => command.ExecuteReaderAsync(token));
        await seen.EndsAsync(() => (Task)((dynamic)command).ExecuteReaderAsync(CommandBehavior.SingleRow, token));
        await seen.EndsAsync(() => command.PrepareAsync(token));
        await seen.EndsAsync(() => batch.ExecuteScalarAsync(token));
        await seen.EndsAsync(() => batch.ExecuteNonQueryAsync(token));
        await seen.EndsAsync(() => batch.ExecuteReaderAsync(token));
        await seen.EndsAsync(() => (Task)((dynamic)batch).ExecuteReaderAsync(CommandBehavior.SingleRow, token));
        await seen.EndsAsync(() => batch.PrepareAsync(token));
        await seen.EndsAsync(() => connection.GetSchemaAsync("Tables", token));
        await seen.EndsAsync(() => connection.BeginTransactionAsync(token).AsTask());
        await seen.EndsAsync(() => (Task)((dynamic)command).UnprepareAsync(token));
        if (how is "closed" or "busy" or "cancelled") // else they can run, and Npgsql's connection may break when so short a time is over
        {
            await seen.EndsAsync(() => (Task)own.WaitAsync(1, token));
            await seen.EndsAsync(() => (Task)own.WaitAsync(TimeSpan.FromMilliseconds(1), token));
        }

        if (how != "cancelled")
            await seen.EndsAsync(() => (Task)own.ReloadTypesAsync(token));
        await seen.EndsAsync(() => (Task)own.BeginTextImportAsync("COPY nothing FROM STDIN", token));
        await seen.EndsAsync(() => (Task)own.BeginTextExportAsync("COPY nothing TO STDOUT", token));
        await seen.EndsAsync(() => (Task)own.BeginTextExportAsync("nonsense", token));
        await seen.EndsAsync(() => (Task)own.BeginBinaryImportAsync("nonsense", token));
        await seen.EndsAsync(() => (Task)own.BeginBinaryExportAsync(null, token));
        await seen.EndsAsync(() => (Task)own.BeginRawBinaryCopyAsync("COPY nothing FROM STDIN", token));
        await seen.EndsAsync(() => connection.ChangeDatabaseAsync("", token));
        await seen.EndsAsync(() => (Task)own.CloneWithAsync("Host=", token).AsTask());
        await seen.EndsAsync(() => (Task)own.CloneWithAsync("nonsense", token).AsTask());
        await seen.EndsAsync(() => (Task)own.CloneWithAsync(null, token).AsTask());
    });

    [Fact]
    public Task AsyncMembers_OfADisposedCommandOfADataSource_SayItWhereNpgsqlSaysIt() => SameAsync(async (source, seen) =>
    {
        var command = source.CreateCommand("SELECT 1");
        command.Dispose();
        var running = command.ExecuteScalarAsync();
        await seen.ThrowsAsync(() => running);
    });
}

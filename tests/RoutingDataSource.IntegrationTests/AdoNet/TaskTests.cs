using System.Data;
using System.Runtime.CompilerServices;
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

        await EndsAsync(() => command.ExecuteScalarAsync(token));
        await EndsAsync(() => command.ExecuteNonQueryAsync(token));
        await EndsAsync(() => command.ExecuteReaderAsync(token));
        await EndsAsync(() => (Task)((dynamic)command).ExecuteReaderAsync(CommandBehavior.SingleRow, token));
        await EndsAsync(() => command.PrepareAsync(token));
        await EndsAsync(() => batch.ExecuteScalarAsync(token));
        await EndsAsync(() => batch.ExecuteNonQueryAsync(token));
        await EndsAsync(() => batch.ExecuteReaderAsync(token));
        await EndsAsync(() => (Task)((dynamic)batch).ExecuteReaderAsync(CommandBehavior.SingleRow, token));
        await EndsAsync(() => batch.PrepareAsync(token));
        await EndsAsync(() => connection.GetSchemaAsync("Tables", token));
        await EndsAsync(() => connection.BeginTransactionAsync(token).AsTask());
        await EndsAsync(() => (Task)((dynamic)command).UnprepareAsync(token));
        if (how is "closed" or "busy" or "cancelled") // else they can run, and Npgsql's connection may break when so short a time is over
        {
            await EndsAsync(() => (Task)own.WaitAsync(1, token));
            await EndsAsync(() => (Task)own.WaitAsync(TimeSpan.FromMilliseconds(1), token));
        }

        if (how != "cancelled")
            await EndsAsync(() => (Task)own.ReloadTypesAsync(token));
        await EndsAsync(() => (Task)own.BeginTextImportAsync("COPY nothing FROM STDIN", token));
        await EndsAsync(() => (Task)own.BeginTextExportAsync("COPY nothing TO STDOUT", token));
        await EndsAsync(() => (Task)own.BeginTextExportAsync("nonsense", token));
        await EndsAsync(() => (Task)own.BeginBinaryImportAsync("nonsense", token));
        await EndsAsync(() => (Task)own.BeginBinaryExportAsync(null, token));
        await EndsAsync(() => (Task)own.BeginRawBinaryCopyAsync("COPY nothing FROM STDIN", token));
        await EndsAsync(() => connection.ChangeDatabaseAsync("", token));
        await EndsAsync(() => (Task)own.CloneWithAsync("Host=", token).AsTask());
        await EndsAsync(() => (Task)own.CloneWithAsync("nonsense", token).AsTask());
        await EndsAsync(() => (Task)own.CloneWithAsync(null, token).AsTask());

        async Task EndsAsync(Func<Task> start, [CallerArgumentExpression(nameof(start))] string what = "")
        {
            Task running;
            try
            {
                running = start();
            }
            catch (Exception error)
            {
                seen.Add(error, $"{what} at once");
                return;
            }

            await seen.ThrowsAsync(() => running, what);
            seen.Add(running.Status, what);
        }
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

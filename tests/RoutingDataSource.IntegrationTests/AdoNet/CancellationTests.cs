namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class CancellationTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    // Long, and interruptible at any moment; Comparison says that it is a read.
    private const string LongRead = "SELECT pg_sleep(100)";
    private const string LongWrite = "UPDATE item SET name = (SELECT pg_sleep(100)::text)";

    [Theory]
    [InlineData(LongRead)]
    [InlineData(LongWrite)]
    public Task CancelledToken_BeforeAndDuring_ThrowsAsPlain(string sql) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command(sql);
        await seen.ThrowsAsync(() => command.ExecuteScalarAsync(new CancellationToken(true)));
        await seen.ThrowsAsync(() => command.ExecuteNonQueryAsync(new CancellationToken(true)));
        await seen.ThrowsAsync(() => command.ExecuteReaderAsync(new CancellationToken(true)));
        await CancelledAsync(token => command.ExecuteScalarAsync(token));
        await CancelledAsync(token => command.ExecuteReaderAsync(token));
        await CancelledAsync(token => command.ExecuteNonQueryAsync(token));
        seen.Add(connection.State);
        seen.Add(connection.Scalar("SELECT 1"));

        async Task CancelledAsync(Func<CancellationToken, Task> execute)
        {
            using var cancellation = new CancellationTokenSource();
            command.CommandText = Unique(sql);
            var running = execute(cancellation.Token);
            await RunsAsync(command.CommandText);
            await cancellation.CancelAsync();
            await seen.ThrowsAsync(() => running);
        }
    });

    [Theory]
    [InlineData(LongRead)]
    [InlineData(LongWrite)]
    public Task CommandTimeout_WhenItPasses_ThrowsAsPlain(string sql) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command(sql);
        command.CommandTimeout = 1;
        seen.Throws(() => command.ExecuteScalar());
        seen.Add(connection.State);
        seen.Add(connection.Scalar("SELECT 1"));
    });

    [Theory]
    [InlineData(LongRead)]
    [InlineData(LongWrite)]
    public Task Cancel_FromAnotherThread_ThrowsAsPlain(string sql) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command(Unique(sql));
        command.Cancel(); // nothing runs: nothing happens
        var running = Task.Run(() => command.ExecuteScalar());
        await RunsAsync(command.CommandText);
        command.Cancel();
        await seen.ThrowsAsync(() => running);
        seen.Add(connection.Scalar("SELECT 1"));
    });

    // A request to cancel that comes before the command does nothing, and one of an earlier test must not be mistaken for it.
    private static string Unique(string sql) => $"{sql} -- {Guid.NewGuid()}";

    // Asleep, not only active: the server drops a request to cancel that comes between two messages of one command.
    private async Task RunsAsync(string sql)
    {
        while (true)
        {
            foreach (var node in Cluster.Nodes)
            {
                if (await node.QueryScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query = $${sql}$$") > 0)
                    return;
            }
        }
    }

    [Fact]
    public Task CancelledToken_OnOpen_IsATaskThatWasCancelled() => SameAsync(async (source, seen) =>
    {
        await using var connection = source.CreateConnection();
        await seen.ThrowsAsync(async () =>
        {
            var opening = connection.OpenAsync(new CancellationToken(true));
            try
            {
                await opening;
            }
            catch (OperationCanceledException)
            {
                throw new OperationCanceledException("cancelled");
            }
        });
        seen.Add(connection.State);
    });
}

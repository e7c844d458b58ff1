namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class CancellationTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    // pg_sleep is volatile and so would run on the primary; a proven read that takes long enough is a big series.
    private const string LongRead = "SELECT count(*) FROM generate_series(1, 1000000000)";
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
        using (var soon = new CancellationTokenSource(100))
            await seen.ThrowsAsync(() => command.ExecuteScalarAsync(soon.Token));
        using (var soon = new CancellationTokenSource(100))
            await seen.ThrowsAsync(() => command.ExecuteReaderAsync(soon.Token));
        seen.Add(connection.State);
        seen.Add(connection.Scalar("SELECT 1"));
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
        await using var command = connection.Command(sql);
        command.Cancel(); // nothing runs: nothing happens
        var running = Task.Run(() => command.ExecuteScalar());
        while (!await RunsAsync(sql))
            await Task.Delay(10);
        command.Cancel();
        await seen.ThrowsAsync(() => running);
        seen.Add(connection.Scalar("SELECT 1"));
    });

    private async Task<bool> RunsAsync(string sql)
    {
        foreach (var node in Cluster.Nodes)
        {
            if (await node.QueryScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = $${sql}$$") > 0)
                return true;
        }

        return false;
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

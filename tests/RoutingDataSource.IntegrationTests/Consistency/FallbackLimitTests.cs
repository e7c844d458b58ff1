using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.Consistency;

/// <summary><c>PrimaryFallbackLimit</c>, with what else decides where a read goes.</summary>
public sealed class FallbackLimitTests
{
    [Fact]
    public async Task Reads_OfOneConnectionBeyondTheLimit_AllStayOffThePrimary()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => (options.PrimaryFallbackLimit, options.MaxReplicaLagBytes, options.MaxReplicaLag) = (0, 10_000, null));
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        var (_, sticky) = await connection.RunAsync("SELECT count(*) FROM t");
        foreach (var replica in cluster.Replicas)
            await replica.PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t SELECT generate_series(1, 3000)");
        await Until.TrueAsync(() => source.Cluster.Replicas.All(node => node.Lag is { Bytes: > 10_000 }), "the lag to be seen");

        for (var i = 0; i < 5; i++)
            Assert.Equal((sticky.Node, RouteReason.FallbackLimit), Where(await connection.RunAsync("SELECT count(*) FROM t")));
        await using var other = await source.OpenConnectionAsync();
        var (_, first) = await other.RunAsync("SELECT count(*) FROM t");
        for (var i = 0; i < 5; i++)
            Assert.Equal(Where((null, first)), Where(await other.RunAsync("SELECT count(*) FROM t")));

        await using var writer = await source.OpenConnectionAsync(); // no replica shows what it writes
        await writer.RunAsync("INSERT INTO t VALUES (1)");
        Assert.Equal(3001L, (await writer.RunAsync("SELECT count(*) FROM t")).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReadOnlyTransaction_ThatFellBack_TakesAPlaceUntilItEnds(bool isText)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(
            options => (options.PrimaryFallbackLimit, options.BeyondFallbackLimit, options.RouteReadOnlyTransactions) = (1, BeyondFallbackLimit.Fail, true));
        await source.WaitUntilWellAsync();
        source.Drain(cluster.Replicas[0].Name);
        for (var round = 0; round < 2; round++)
        {
            await using var connection = await source.OpenConnectionAsync(); // one that has read on the primary may have to, which is not counted
            RoutingTransaction? transaction = null;
            if (isText)
                await connection.RunAsync("BEGIN READ ONLY");
            else
                transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, readOnly: true);
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal(RouteReason.InTransaction, (await connection.RunAsync("SELECT 1")).Route.Reason);
                Assert.Contains("PrimaryFallbackLimit", (await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("SELECT 2"))).Message, StringComparison.Ordinal);
            }

            if (isText)
                await connection.RunAsync("COMMIT");
            else
                await transaction!.DisposeAsync();
            Assert.Equal(RouteReason.NoReplica, (await source.RunAsync("SELECT 3")).Route.Reason);
        }

        await using (var closed = await source.OpenConnectionAsync())
        {
            await closed.BeginTransactionAsync(IsolationLevel.RepeatableRead, readOnly: true);
            Assert.Equal(1, source.FallbackReads);
        }

        Assert.Equal(RouteReason.NoReplica, (await source.RunAsync("SELECT 4")).Route.Reason);
        Assert.Equal(0, source.FallbackReads);
    }

    private static (string? Node, RouteReason Reason) Where((object? Value, CommandRoute Route) read) => (read.Route.Node, read.Route.Reason);
}

using System.Data;
using System.Data.Common;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Programs that dispose of a command or its connection while it runs, or of one of two connections that share a command.</summary>
public sealed class UnawaitedTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    // Fails when it has waited for a moment: not before it could be left alone.
    private const string LateFailure = "SELECT 1 / (CASE WHEN pg_sleep(0.1) IS NULL THEN 1 ELSE 0 END)";

    [Fact]
    public Task Command_DisposedWhileItRuns_FailsWithItsOwnError() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        for (var i = 0; i < 3; i++) // on a connection to a server that is opened for it, and on one that is open
        {
            await FailsAsync(command => command.ExecuteScalarAsync());
            await FailsAsync(command => command.ExecuteNonQueryAsync());
            await FailsAsync(command => command.ExecuteReaderAsync());
        }

        async Task FailsAsync(Func<DbCommand, Task> execute)
        {
            var command = connection.Command(LateFailure);
            var running = execute(command);
            command.Dispose();
            await seen.ThrowsAsync(() => running);
            seen.Add(connection.Scalar("SELECT $1::int", 2));
        }
    });

    [Fact]
    public async Task CommandOfADataSource_DisposedWhileItIsOpened_GivesItsAnswer()
    {
        await using var source = new RoutingDataSourceBuilder(Cluster.ConnectionString).Build(); // the first Open of all waits for the probes
        var command = source.CreateCommand("SELECT $1::int");
        command.Parameters.AddWithValue(5);
        var running = command.ExecuteScalarAsync();
        command.Dispose();
        Assert.Equal(5, await running);
        await NothingIsHeldAsync(source);
    }

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("UPDATE item SET name = name RETURNING id")]
    public Task Connection_ClosedWhileItsCommandWaitsForAServersConnection_HoldsNone(string sql) => RoutedAsync(
        async (source, _) =>
        {
            source.Drain(source.Nodes[1].Name);
            await using var holder = await source.OpenConnectionAsync();
            await using (await holder.Command(sql).ExecuteReaderAsync())
            {
                var connection = await source.OpenConnectionAsync();
                var waiting = connection.Command(sql).ExecuteScalarAsync();
                connection.Dispose();
                await holder.CloseAsync();
                Assert.Equal("Connection is not open", (await Assert.ThrowsAsync<InvalidOperationException>(() => waiting)).Message);
            }

            await NothingIsHeldAsync(source);
        },
        "Maximum Pool Size=1");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Connection_ClosedWhileItsReadIsLost_HoldsNone(bool isOpenBefore) => RoutedAsync(async (source, _) =>
    {
        source.Drain(source.Nodes[1].Name); // where the next read goes is known
        var connection = await source.OpenConnectionAsync();
        if (isOpenBefore)
            Assert.Equal(1, connection.Scalar("SELECT 1"));
        source.Resume(source.Nodes[1].Name); // and another replica could serve it
        var sql = $"SELECT pg_sleep(100) -- {Guid.NewGuid()}";
        var running = connection.Command(sql).ExecuteScalarAsync();
        await Until.TrueAsync(async () => await CountAsync(sql) > 0, "the read to run");
        var closing = Task.Run(connection.Close);
        await Until.TrueAsync(() => connection.State == ConnectionState.Closed, "the connection to begin to close");
        foreach (var node in Cluster.Nodes)
            await node.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $${sql}$$ AND pid <> pg_backend_pid()");
        Assert.NotNull(await Record.ExceptionAsync(() => running));
        await Record.ExceptionAsync(() => closing); // as Npgsql's, which reads to the end what was running
        Assert.Equal(0, await CountAsync(sql));
        await NothingIsHeldAsync(source);
    });

    [Fact]
    public Task Command_OfTwoConnectionsInTurn_KeepsItsParametersWhenOneOfThemEnds() => SameAsync(async (source, seen) =>
    {
        await using var second = await source.OpenConnectionAsync();
        await using var first = await source.OpenConnectionAsync();
        var command = first.Command("SELECT $1::int", 5);
        seen.Add(command.ExecuteScalar());
        command.Connection = second;
        await using (var reader = await command.ExecuteReaderAsync())
        {
            first.Dispose();
            seen.Add(command.CommandText);
            seen.Add(command.Parameters.Count);
            seen.Add(reader.Rows());
        }

        seen.Add(command.ExecuteScalar());
    });

    [Fact]
    public Task Command_WhoseReaderIsOpenElsewhereWhenItCannotBeUsedAgain_KeepsItsParameters() => RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        var command = (RoutingCommand)connection.Command("SELECT $1::int", 5);
        await using (await command.ExecuteReaderAsync())
        {
            command.GiveOwn(source); // Npgsql refuses to take it from its connection
            Assert.Single(command.Parameters);
        }

        Assert.Equal(5, command.ExecuteScalar());
    });

    private static async Task NothingIsHeldAsync(RoutingDataSource source)
    {
        await Until.TrueAsync(() => source.Nodes.All(node => node.InUse == 0), "no node to be in use");
        await Until.TrueAsync(
            () => source.Nodes.SelectMany(node => node.Pools).All(pool => ServerLink.InUse(pool) == 0), "every connection to be back in its pool");
    }

    private async Task<long> CountAsync(string sql)
    {
        var count = 0L;
        foreach (var node in Cluster.Nodes)
            count += await node.QueryScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep' AND query = $${sql}$$");
        return count;
    }
}

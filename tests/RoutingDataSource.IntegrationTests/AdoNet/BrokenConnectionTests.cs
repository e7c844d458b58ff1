using System.Data;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class BrokenConnectionTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Fact]
    public Task BrokenPrimary_BetweenCommands_ClosesTheConnectionUntilItIsOpenedAgain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        connection.StateChange += (_, change) => seen.Add($"{change.OriginalState} -> {change.CurrentState}");
        connection.Execute("UPDATE item SET name = name");
        KillBackendOf(connection);
        seen.Throws(() => connection.Execute("UPDATE item SET name = name"));
        seen.Add(connection.State);
        seen.Add((ConnectionState)((dynamic)connection).FullState);
        seen.Throws(() => connection.Scalar("SELECT 1"));
        seen.Throws(() => connection.BeginTransaction());
        connection.Open();
        seen.Add(connection.State);
        seen.Add(connection.Execute("UPDATE item SET name = name"));
        KillBackendOf(connection);
        seen.Throws(() => connection.Execute("UPDATE item SET name = name"));
        connection.Close();
        seen.Add(connection.State);
        connection.Open();
        seen.Add(connection.Scalar("SELECT 1"));
    });

    [Fact]
    public Task BrokenPrimary_InATransaction_DisposesTheTransaction() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var transaction = connection.BeginTransaction();
        connection.Execute("UPDATE item SET name = 'lost'");
        KillBackendOf(connection);
        seen.Throws(() => connection.Scalar("SELECT 1"));
        try
        {
            transaction.Commit();
            Assert.Fail("a transaction was committed on a lost connection");
        }
        catch (Exception error)
        {
            seen.Add(error.GetType());
        }

        transaction.Dispose();
        connection.Close();
        connection.Open();
        seen.Add(connection.Scalar("SELECT count(*) FROM item WHERE name = 'lost'"));
    });

    [Fact]
    public async Task BrokenReplica_OutsideATransaction_LeavesTheConnectionOpen() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM item";
        await command.ExecuteScalarAsync();
        foreach (var replica in Cluster.Replicas)
            await replica.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT count(*) FROM item'");
        Assert.Equal(ConnectionState.Open, connection.State);
        Assert.Equal(10L, await command.ExecuteScalarAsync());
        Assert.Equal(ConnectionState.Open, connection.State);
    });

    private void KillBackendOf(System.Data.Common.DbConnection connection)
    {
        using var killer = new NpgsqlConnection(Cluster.Primary.ConnectionString);
        killer.Open();
        var pid = (int)((dynamic)connection).ProcessID;
        killer.Execute($"SELECT pg_terminate_backend({pid})");
        while ((long)killer.Scalar($"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}")! > 0)
            Thread.Yield();
    }
}

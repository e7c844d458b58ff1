using System.Data;
using System.Data.Common;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class ConnectionTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Fact]
    public Task States_FromClosedToDisposed_AreThoseOfPlain() => SameAsync(async (source, seen) =>
    {
        var connection = source.CreateConnection();
        connection.StateChange += (sender, change) => seen.Add($"{change.OriginalState} -> {change.CurrentState}, {ReferenceEquals(sender, connection)}");
        seen.Add(connection.State);
        connection.Close();
        seen.Throws(() => connection.BeginTransaction());
        connection.Open();
        seen.Throws(() => connection.Open());
        seen.Add(connection.State);
        connection.Scalar("SELECT 1");
        connection.Execute("UPDATE item SET name = name");
        connection.Close();
        connection.Close();
        await connection.OpenAsync();
        await connection.CloseAsync();
        seen.Add(connection.State);
        connection.Open();
        await connection.DisposeAsync();
        await connection.DisposeAsync();
        seen.Add(connection.State);
        seen.Throws(() => connection.Open());
        seen.Throws(() => connection.CreateCommand());
        seen.Throws(() => connection.BeginTransaction());
        seen.Throws(() => ((ICloneable)connection).Clone());
    });

    [Fact]
    public Task Properties_OpenAndClosed_AreThoseOfPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.CreateConnection();
        for (var i = 0; i < 2; i++)
        {
            dynamic own = connection;
            seen.Add(connection.Database);
            seen.Add(connection.DataSource);
            seen.Add(connection.ConnectionTimeout);
            seen.Add((string?)own.Host);
            seen.Add((int)own.Port);
            seen.Add((string?)own.UserName);
            seen.Add((int)own.CommandTimeout);
            seen.Add(connection.CanCreateBatch);
            seen.Throws(() => seen.Add(connection.ServerVersion));
            seen.Throws(() => seen.Add((object)own.PostgreSqlVersion));
            seen.Throws(() => seen.Add((string)own.Timezone));
            seen.Throws(() => seen.Add((bool)own.HasIntegerDateTimes));
            seen.Throws(() => seen.Add(((IReadOnlyDictionary<string, string>)own.PostgresParameters)["server_encoding"]));
            seen.Throws(() => own.Wait(-2));
            seen.Throws(() => own.UnprepareAll());
            seen.Add((ConnectionState)own.FullState);
            if (i == 0)
                connection.Open();
        }
    });

    [Fact]
    public Task FullState_WhileACommandRunsOrAReaderIsOpen_IsThatOfPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        foreach (var sql in new[] { "SELECT generate_series(1, 3)", "UPDATE item SET name = name RETURNING id" })
        {
            using (var reader = connection.Command(sql).ExecuteReader())
            {
                seen.Add((ConnectionState)((dynamic)connection).FullState);
                seen.Add(connection.State);
                seen.Add((string)((dynamic)connection).Timezone);
                seen.Add(connection.ServerVersion);
                reader.Read();
            }

            seen.Add((ConnectionState)((dynamic)connection).FullState);
        }
    });

    [Fact]
    public Task Clone_OfAConnection_IsClosedAndWorks() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var clone = (DbConnection)((ICloneable)connection).Clone();
        seen.Add(clone.State);
        clone.Open();
        seen.Add(clone.Scalar("SELECT count(*) FROM item"));
        seen.Add(clone.ConnectionString == connection.ConnectionString);
    });

    [Fact]
    public Task DisposedDataSource_WhenUsed_RefusesAsPlain() => SameAsync((source, seen) =>
    {
        var connection = source.CreateConnection();
        var command = source.CreateCommand("SELECT 1");
        source.Dispose();
        seen.Throws(() => connection.Open(), "open");
        seen.Throws(() => command.ExecuteScalar(), "execute");
        seen.Throws(() => source.CreateConnection().Dispose());
        source.Dispose();
    });

    [Fact]
    public async Task ConnectionString_OfADataSourcesConnection_CannotBeChanged() => await RoutedAsync((source, _) =>
    {
        using var connection = source.CreateConnection();
        connection.ConnectionString = source.ConnectionString;
        Assert.Throws<NotSupportedException>(() => connection.ConnectionString = "Host=elsewhere");
        Assert.Throws<InvalidOperationException>(() => connection.ChangeDatabase("postgres")); // closed, as Npgsql's
        connection.Open();
        Assert.Throws<InvalidOperationException>(() => connection.ConnectionString = "Host=elsewhere");
        Assert.Throws<NotSupportedException>(() => connection.ChangeDatabase("postgres"));
        Assert.DoesNotContain("Password", source.ConnectionString);
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Open_WithoutACommand_OpensNothing() => await RoutedAsync(
        async (source, _) =>
        {
            await using var connection = await source.OpenConnectionAsync();
            Assert.Equal(ConnectionState.Open, connection.State);
            const string Count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lazy' AND query LIKE 'UPDATE%'";
            Assert.All(source.Nodes, node => Assert.Equal(0, node.InUse));
            Assert.Equal(0L, await Cluster.Primary.QueryScalarAsync<long>(Count));
            await connection.ScalarAsync("UPDATE item SET name = name");
            Assert.Equal(1L, await Cluster.Primary.QueryScalarAsync<long>(Count));
        },
        "Application Name=lazy");

    [Fact]
    public Task HoldAndWait_BetweenPoolsOfOne_DoesNotDeadlock() => SameAsync(
        async (source, seen) =>
        {
            var done = 0;
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
            {
                for (var round = 0; round < 10; round++)
                {
                    await using var connection = await source.OpenConnectionAsync();
                    await connection.ScalarAsync("SELECT count(*) FROM item");
                    await connection.ScalarAsync("UPDATE item SET name = 'z' WHERE id = $1", i);
                    await connection.ScalarAsync("SELECT count(*) FROM item");
                    await using var transaction = await connection.BeginTransactionAsync();
                    await connection.ScalarAsync("UPDATE item SET name = 'z' WHERE id = $1", i);
                    await transaction.CommitAsync();
                    await connection.ScalarAsync("SELECT count(*) FROM item");
                    Interlocked.Increment(ref done);
                }
            })));
            seen.Add(done);
        },
        "Maximum Pool Size=1;Timeout=30");

    [Fact]
    public Task ReloadTypes_WithPoolsOfOne_FindsNewTypesOnEveryServer() => SameAsync(
        async (source, seen) =>
        {
            await using (var before = await source.OpenConnectionAsync())
                seen.Add(await before.ScalarAsync("SELECT 1"));
            await using (var connection = await source.OpenConnectionAsync())
            {
                await connection.ScalarAsync("CREATE TYPE mood AS ENUM ('sad', 'happy')");
                ((dynamic)connection).ReloadTypes();
            }

            for (var i = 0; i < 4; i++)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var command = connection.Command("SELECT 'happy'::mood");
                await using var reader = await command.ExecuteReaderAsync();
                await reader.ReadAsync();
                seen.Add(reader.GetFieldValue<Mood>(0));
            }

            await using var last = source.CreateCommand("DROP TYPE mood");
            await last.ExecuteNonQueryAsync();
        },
        "Maximum Pool Size=1;Timeout=30",
        builder => builder.MapEnum<Mood>("mood"));

    public enum Mood
    {
        Sad,
        Happy,
    }
}

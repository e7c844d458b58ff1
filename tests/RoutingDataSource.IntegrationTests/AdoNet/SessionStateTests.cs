using System.Data.Common;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class SessionStateTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Theory]
    [InlineData("SET statement_timeout = '77s'", "SELECT current_setting('statement_timeout')")]
    [InlineData("SELECT set_config('app.tenant', 'seven', false)", "SELECT current_setting('app.tenant')")]
    [InlineData("CREATE TEMP TABLE mine AS SELECT 5 AS n", "SELECT n FROM mine")]
    [InlineData("PREPARE p (int) AS SELECT $1 + 1", "EXECUTE p(4)")]
    [InlineData("BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 6; COMMIT", "FETCH ALL FROM c")]
    [InlineData("SELECT pg_advisory_lock(4711)", "SELECT pg_advisory_unlock(4711)")]
    [InlineData("CREATE SEQUENCE own; SELECT nextval('own')", "SELECT currval('own')")]
    public Task SessionState_AfterAStatementThatLeavesIt_IsThereForTheNext(string leave, string use) => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Add(connection.Scalar("SELECT 1"));
        connection.Execute(leave);
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        seen.Add(connection.Scalar(use));
        connection.Close();
        connection.Open();
        if (!use.Contains("tenant", StringComparison.Ordinal))
            seen.Throws(() => seen.Add(connection.Scalar(use)));
    });

    [Fact]
    public async Task TextualBegin_ThatFails_LeavesNoTransactionUnlessItHadBegun() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        Assert.Throws<PostgresException>(() => connection.Execute("BEGIN ISOLATION LEVEL NONSENSE"));
        Assert.Equal(RouteReason.ProvenRead, Route(connection).Reason);
        Assert.Throws<PostgresException>(() => connection.Execute("BEGIN; SELECT 1/0"));
        Assert.Equal(
            PostgresErrorCodes.InFailedSqlTransaction, Assert.Throws<PostgresException>(() => connection.Scalar("SELECT 1")).SqlState);
        connection.Execute("ROLLBACK");
        Assert.Equal(RouteTarget.Replica, Route(connection).Target);
    });

    [Fact]
    public async Task SessionState_UntilDiscardAll_KeepsReadsOnThePrimary() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(RouteReason.ProvenRead, Route(connection).Reason);
        connection.Execute("SET application_name = 'mine'");
        Assert.Equal(RouteReason.SessionPinned, Route(connection).Reason);
        connection.Execute("DISCARD ALL");
        Assert.Equal(RouteReason.ProvenRead, Route(connection).Reason);
        Assert.True(connection.ProcessID > 0);
        Assert.Equal(RouteReason.SessionPinned, Route(connection).Reason);
        connection.Close();
        connection.Open();
        Assert.Equal(RouteTarget.Replica, Route(connection).Target);
    });

    [Fact]
    public Task ListenNotifyAndWait_BetweenConnections_WorkAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var other = await source.OpenConnectionAsync();
        dynamic own = connection;
        own.Notification += new NotificationEventHandler((sender, e) => seen.Add($"{e.Channel} {e.Payload} {ReferenceEquals(sender, connection)}"));
        connection.Execute("LISTEN news");
        seen.Add(connection.Scalar("SELECT 1"));
        other.Execute("NOTIFY news, 'first'");
        seen.Add((bool)await own.WaitAsync(10_000));
        other.Execute("SELECT pg_notify('news', 'second')");
        seen.Add((bool)own.Wait(TimeSpan.FromSeconds(10)));
        seen.Add((bool)own.Wait(1));
        connection.Execute("UNLISTEN *");
        await seen.ThrowsAsync(() => (Task)own.WaitAsync(new CancellationToken(true)));
        seen.Add(connection.Scalar("SELECT 2"));
    });

    [Fact]
    public Task Notices_FromAnyServer_ReachTheConnection() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        dynamic own = connection;
        own.Notice += new NoticeEventHandler((sender, e) => seen.Add($"{e.Notice.SqlState} {e.Notice.MessageText} {ReferenceEquals(sender, connection)}"));
        connection.Execute("DO $$ BEGIN RAISE NOTICE 'hello'; END $$");
        connection.Execute("DROP TABLE IF EXISTS no_such_table");
        connection.Close();
        connection.Open();
        connection.Execute("DO $$ BEGIN RAISE WARNING 'again'; END $$");
    });

    [Fact]
    public Task ExplicitPrepare_AcrossServers_StaysPrepared() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command("SELECT name FROM item WHERE id = $1", 3);
        seen.Add(IsPrepared(command));
        await command.PrepareAsync();
        seen.Add(IsPrepared(command));
        for (var i = 0; i < 3; i++)
        {
            seen.Add(await command.ExecuteScalarAsync());
            connection.Execute("UPDATE item SET name = 'again' WHERE id = 3");
            seen.Add(IsPrepared(command));
        }

        command.CommandText = "SELECT name FROM item WHERE id = $1 + 1";
        seen.Add(IsPrepared(command));
        seen.Add(command.ExecuteScalar());
        command.Prepare();
        ((dynamic)command).Unprepare();
        seen.Add(IsPrepared(command));
        await ((dynamic)command).UnprepareAsync();
        seen.Add(command.ExecuteScalar());
        using var broken = connection.Command("SELECT no_such_column FROM item");
        seen.Throws(() => broken.Prepare());
        seen.Add(IsPrepared(broken));
        using var typeless = connection.Command("SELECT @p");
        typeless.Parameters.Add(new NpgsqlParameter { ParameterName = "p" });
        seen.Throws(() => typeless.Prepare());
    });

    [Fact]
    public async Task ExplicitPrepare_AfterASwitchOfServer_IsPreparedThere() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = (RoutingCommand)connection.Command("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%this one%'");
        command.CommandText = "SELECT count(*) FROM item";
        await command.PrepareAsync();
        Assert.Equal(10L, await command.ExecuteScalarAsync());
        var replica = command.LastRoute!.Value;
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.Equal(10L, await command.ExecuteScalarAsync());
            Assert.Equal(RouteTarget.Primary, command.LastRoute!.Value.Target);
            Assert.Equal(1L, connection.Scalar("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT count(*) FROM item'"));
        }

        Assert.Equal(10L, await command.ExecuteScalarAsync());
        Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
        Assert.Equal(RouteTarget.Replica, replica.Target);
        Assert.True(command.IsPrepared);
    });

    [Fact]
    public Task Batches_InTheirWays_AnswerAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        foreach (var barriers in new[] { false, true })
        {
            await using var batch = connection.CreateBatch();
            ((dynamic)batch).EnableErrorBarriers = barriers;
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO item VALUES (100 + $1, 'batch')") { Parameters = { new() { Value = barriers ? 1 : 0 } } });
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT id FROM item WHERE id = 1"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO item VALUES (1, 'twice')"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO item VALUES (200, 'after')"));
            try
            {
                await batch.ExecuteNonQueryAsync();
            }
            catch (PostgresException error)
            {
                seen.Add(error.SqlState);
                seen.Add(error.BatchCommand?.CommandText);
                seen.Add(batch.BatchCommands.Select(command => command.RecordsAffected));
            }

            seen.Add(connection.Rows("SELECT id FROM item WHERE id >= 100 ORDER BY id"));
        }

        await using var reads = connection.CreateBatch();
        reads.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
        reads.BatchCommands.Add(new NpgsqlBatchCommand("SELECT count(*) FROM item"));
        await reads.PrepareAsync();
        for (var i = 0; i < 2; i++)
        {
            await using var reader = await reads.ExecuteReaderAsync();
            seen.Add(reader.Rows());
            seen.Add(await reader.NextResultAsync());
            seen.Add(reader.Rows());
        }

        seen.Add(await reads.ExecuteScalarAsync());
        reads.BatchCommands.Clear();
        seen.Throws(() => reads.ExecuteNonQuery());
        await using var unconnected = RoutingProviderFactory.Instance.CreateBatch();
        unconnected.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
        seen.Throws(() => unconnected.ExecuteNonQuery());
    });

    private static bool IsPrepared(DbCommand command) => (bool)((dynamic)command).IsPrepared;

    private static CommandRoute Route(RoutingConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM item";
        command.ExecuteScalar();
        return command.LastRoute!.Value;
    }
}

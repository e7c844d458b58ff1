using System.Data;
using System.Data.Common;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Members that few programs use, beside Npgsql's.</summary>
public sealed class MemberTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    protected override string Setup => base.Setup + """
        ;
        CREATE FUNCTION noisy() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RAISE NOTICE ''told''; RETURN 1; END';
        CREATE PROCEDURE rename(num int, text) LANGUAGE sql AS 'UPDATE item SET name = $2 WHERE id = $1';
        """;

    [Theory]
    [InlineData("open")]
    [InlineData("busy")]
    [InlineData("closed")]
    [InlineData("disposed")]
    public Task SyncMembers_WhateverTheState_AnswerAsPlain(string how) => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        for (var i = 0; i < 3; i++)
            connection.Scalar("SELECT 1");
        connection.Execute("UPDATE item SET name = name");
        dynamic own = connection;
        using var reader = how == "busy" ? connection.Command("SELECT * FROM item").ExecuteReader() : null;
        if (how == "closed")
            connection.Close();
        else if (how == "disposed")
            connection.Dispose();

        seen.Throws(() => own.CloneWith("nonsense"));
        seen.Throws(() => own.CloneWith(null));
        seen.Throws(() => own.Wait(-2));
        seen.Throws(() => own.Wait(1));
        seen.Throws(() => own.Wait(TimeSpan.FromMilliseconds(1)));
        seen.Throws(() => own.BeginBinaryImport("COPY nothing FROM STDIN (FORMAT binary)"));
        seen.Throws(() => own.BeginBinaryImport("nonsense"));
        seen.Throws(() => own.BeginBinaryImport(null));
        seen.Throws(() => own.BeginTextImport(null));
        seen.Throws(() => own.BeginTextExport("nonsense"));
        seen.Throws(() => own.BeginTextExport(null));
        seen.Throws(() => own.BeginBinaryExport(null));
        seen.Throws(() => own.BeginRawBinaryCopy(null));
        seen.Throws(() => seen.Add((string)own.UserName));
        seen.Throws(() => seen.Add((bool)own.HasIntegerDateTimes));
        seen.Throws(() => seen.Add((int)own.ProcessID > 0));
        seen.Throws(() => seen.Add(((IReadOnlyDictionary<string, string>)own.PostgresParameters).ContainsKey("TimeZone")));
        seen.Throws(() => seen.Add(connection.GetSchema("Nonsense").Rows.Count));
        seen.Throws(() => own.UnprepareAll());
        seen.Throws(() => own.ReloadTypes());
        seen.Throws(() => connection.BeginTransaction(IsolationLevel.Chaos));
    });

    [Fact]
    public Task Savepoints_WithWrongNamesAndTokens_FailAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        var cancelled = new CancellationToken(true);
        seen.Throws(() => transaction.Save(""));
        seen.Throws(() => transaction.Save(null!));
        seen.Throws(() => transaction.Rollback(" "));
        seen.Throws(() => transaction.Release(null!));
        await seen.EndsAsync(() => transaction.SaveAsync(""));
        await seen.EndsAsync(() => transaction.SaveAsync("a", cancelled));
        await seen.EndsAsync(() => transaction.RollbackAsync(null!));
        await seen.EndsAsync(() => transaction.ReleaseAsync(""));
        await seen.EndsAsync(() => transaction.CommitAsync(cancelled));
        await seen.EndsAsync(() => transaction.RollbackAsync("none"));
        await seen.EndsAsync(() => transaction.RollbackAsync());
        await seen.EndsAsync(() => transaction.SaveAsync("a"));
        await seen.EndsAsync(() => transaction.RollbackAsync("a"));
        await seen.EndsAsync(() => transaction.ReleaseAsync("a"));
        await seen.EndsAsync(() => transaction.CommitAsync());
    });

    [Fact]
    public Task Notices_ToHandlersThatComeAndGoWhileItIsOpen_ReachThem() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        dynamic own = connection;
        var heard = new List<string>();
        NoticeEventHandler hear = (_, e) => heard.Add(e.Notice.MessageText);
        connection.Scalar("SELECT noisy()"); // the replica's connection is there already
        own.Notice += hear;
        connection.Scalar("SELECT noisy()");
        connection.Execute("DO $$BEGIN RAISE NOTICE 'done'; END$$");
        connection.Scalar("SELECT noisy()");
        seen.Add(heard);
        own.Notice -= hear;
        connection.Scalar("SELECT noisy()");
        connection.Execute("DO $$BEGIN RAISE NOTICE 'done'; END$$");
        seen.Add(heard.Count);

        NotificationEventHandler listen = (_, e) => heard.Add(e.Payload);
        connection.Execute("LISTEN here");
        own.Notification += listen;
        connection.Execute("NOTIFY here, 'first'");
        own.Notification -= listen;
        connection.Execute("NOTIFY here, 'second'");
        seen.Add(heard);
    });

    [Fact]
    public Task StateChange_ToAHandlerThatComesWhileItIsOpen_TellsOfALossUntilItGoes() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        connection.Execute("UPDATE item SET name = name");
        var states = new List<string>();
        StateChangeEventHandler follow = (_, e) => states.Add($"{e.OriginalState} {e.CurrentState}");
        connection.StateChange += follow;
        Assert.ThrowsAny<NpgsqlException>(() => connection.Execute("DO $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END$$"));
        seen.Add(states);
        connection.Close();
        connection.StateChange -= follow;
        connection.Open();
        connection.Close();
        seen.Add(states);
    });

    [Fact]
    public Task Batches_OfEveryKindOfCommand_DoAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        seen.Add(batch.Timeout);
        batch.Timeout = 7;
        seen.Add(batch.Timeout);
        seen.Throws(() => batch.Timeout = -1);
        Add("item", CommandType.TableDirect);
        await seen.ThrowsAsync(() => batch.ExecuteReaderAsync()); // Npgsql takes the name from elsewhere
        batch.BatchCommands.Clear();
        var call = Add("rename", CommandType.StoredProcedure);
        call.Parameters.Add(new NpgsqlParameter { Value = 1 });
        call.Parameters.Add(new NpgsqlParameter { Value = "renamed" });
        Add("SELECT name FROM item WHERE id = 1");
        await using (var reader = batch.ExecuteReader())
        {
            reader.NextResult();
            seen.Add(reader.Rows());
        }

        await using var transaction = await connection.BeginTransactionAsync();
        batch.Transaction = transaction;
        seen.Add(ReferenceEquals(batch.Transaction, transaction));
        seen.Add(batch.Connection == connection);
        batch.Connection = connection;
        seen.Add(ReferenceEquals(batch.Transaction, transaction)); // the same connection: nothing is forgotten
        batch.Cancel(); // nothing runs
        await transaction.CommitAsync();
        seen.Throws(() => batch.Transaction = transaction);
        seen.Throws(() => source.CreateBatch().Cancel());

        using var many = connection.CreateBatch();
        many.BatchCommands.Add(new NpgsqlBatchCommand("SELECT pg_sleep(30)"));
        var running = many.ExecuteNonQueryAsync();
        await Until.TrueAsync(() => Cluster.Nodes.Any(node => node.QueryScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' AND state = 'active'").Result > 0)
            || running.IsCompleted, "the batch to run");
        many.Cancel();
        await seen.ThrowsAsync(() => running);

        DbBatchCommand Add(string text, CommandType type = CommandType.Text)
        {
            var command = batch.CreateBatchCommand();
            (command.CommandText, command.CommandType) = (text, type);
            batch.BatchCommands.Add(command);
            return command;
        }
    });

    [Fact]
    public async Task InnerOfABatch_ThatAProgramHasTaken_KeepsItsConnectionFromOthers() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var batch = new RoutingBatch(connection);
        Assert.Null(batch.LastRoute);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1"));
        Assert.Equal(1, batch.ExecuteScalar());
        Assert.Equal(RouteTarget.Replica, batch.LastRoute!.Value.Target);
        var inner = batch.Inner;
        Assert.Same(batch.BatchCommands, inner.BatchCommands);
        // What a program leaves behind by it is not there for the next user of the pool.
        await using (var set = new NpgsqlCommand("SET application_name = 'left behind'", inner.Connection))
            await set.ExecuteNonQueryAsync();
        await connection.CloseAsync();
        for (var i = 0; i < 4; i++)
        {
            await using var next = await source.OpenConnectionAsync();
            Assert.NotEqual("left behind", next.Scalar("SELECT current_setting('application_name')"));
        }

        await connection.OpenAsync();
        Assert.Equal(1, batch.ExecuteScalar()); // taken before: what it is bound to now counts as taken as well
        await using (var set = new NpgsqlCommand("SET application_name = 'left again'", inner.Connection))
            await set.ExecuteNonQueryAsync();
        await connection.CloseAsync();
        for (var i = 0; i < 4; i++)
        {
            await using var next = await source.OpenConnectionAsync();
            await using var command = next.CreateCommand();
            command.CommandText = "/* route: replica */ SELECT name FROM item WHERE name = 'left again'";
            Assert.Null(command.ExecuteScalar());
        }
    });

    [Fact]
    public async Task SecondCommand_WhileTheFirstWaitsForAConnection_IsRefusedInNpgsqlsWords() => await RoutedAsync(
        async (source, _) =>
        {
            await using var holder = await source.OpenConnectionAsync();
            await using var held = await holder.Command("SELECT * FROM item").ExecuteReaderAsync();
            source.Drain(source.Cluster.Replicas.Select(node => node.Name).Single(name => name != Last(holder).LastRoute!.Value.Node));
            await using var connection = await source.OpenConnectionAsync();
            await using var first = connection.Command("SELECT 'first'");
            var waiting = first.ExecuteScalarAsync();
            Assert.False(waiting.IsCompleted);
            await using var second = connection.Command("SELECT 'second'");
            var error = await Assert.ThrowsAsync<NpgsqlOperationInProgressException>(() => second.ExecuteScalarAsync());
            Assert.Equal("A command is already in progress: SELECT 'first'", error.Message);
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 'third'"));
            Assert.Throws<NpgsqlOperationInProgressException>(() => batch.ExecuteNonQuery());
            await held.DisposeAsync();
            await holder.CloseAsync();
            Assert.Equal("first", await waiting);
        },
        "Maximum Pool Size=1;Timeout=60");

    [Fact]
    public Task Adapter_WithCommandsOfItsOwn_WritesAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using DbDataAdapter adapter = source is NpgsqlDataSource ? new NpgsqlDataAdapter() : new RoutingDataAdapter();
        dynamic own = adapter;
        seen.Throws(() => adapter.Fill(new DataTable()));
        own.SelectCommand = (dynamic)connection.Command("SELECT id, name FROM item ORDER BY id");
        own.InsertCommand = (dynamic)With(connection.Command("INSERT INTO item VALUES (@id, @name)"));
        own.UpdateCommand = (dynamic)With(connection.Command("UPDATE item SET name = @name WHERE id = @id"));
        own.DeleteCommand = (dynamic)With(connection.Command("DELETE FROM item WHERE id = @id"));
        var table = new DataTable();
        seen.Add(adapter.Fill(table));
        table.Rows.Add(11, "added");
        table.Rows[0]["name"] = "changed";
        table.Rows[1].Delete();
        var events = new List<string>();
        own.RowUpdating += (NpgsqlRowUpdatingEventHandler)((_, e) => events.Add($"{e.StatementType}"));
        own.RowUpdated += (NpgsqlRowUpdatedEventHandler)((_, e) => events.Add($"{e.StatementType} {e.RecordsAffected}"));
        seen.Add(adapter.Update(table));
        seen.Add(events);
        seen.Add(((DbCommand)own.SelectCommand).CommandText + ((DbCommand)own.InsertCommand).CommandText);
        seen.Add(((DbCommand)own.UpdateCommand).CommandText + ((DbCommand)own.DeleteCommand).CommandText);
        seen.Add(connection.Rows("SELECT * FROM item WHERE id IN (1, 2, 11) ORDER BY id"));
        table.Rows[0]["id"] = 4711;
        table.Rows[0]["name"] = DBNull.Value;
        seen.Throws(() => adapter.Update(table)); // no such row

        static DbCommand With(DbCommand command)
        {
            foreach (var name in new[] { "id", "name" })
                command.Parameters.Add(new NpgsqlParameter { ParameterName = name, SourceColumn = name });
            return command;
        }
    });

    [Fact]
    public Task Clone_OfACommandThatReadsText_ReadsText() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        dynamic command = connection.Command("SELECT 1, 2");
        command.AllResultTypesAreUnknown = true;
        using (DbCommand clone = command.Clone())
            seen.Add(clone.ExecuteScalar());
        command.AllResultTypesAreUnknown = false;
        command.UnknownResultTypeList = new[] { false, true };
        using (DbCommand clone = command.Clone())
        using (var reader = clone.ExecuteReader())
            seen.Add(reader.Rows());
        seen.Throws(() => source.CreateCommand("SELECT 1").Disposed += (_, _) => { });
        seen.Throws(() => connection.Disposed += (_, _) => { });
    });

#pragma warning disable CS0618 // obsolete in Npgsql as well
    [Fact]
    public Task LargeObjects_ByEveryMember_DoAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        dynamic manager = connection is RoutingConnection routed ? new RoutingLargeObjectManager(routed) : new NpgsqlLargeObjectManager((NpgsqlConnection)connection);
        seen.Throws(() => manager.Create());
        await using var transaction = await connection.BeginTransactionAsync();
        seen.Add((bool)manager.Has64BitSupport);
        seen.Add((int)manager.MaxTransferBlockSize);
        manager.MaxTransferBlockSize = 3;
        uint oid = await manager.CreateAsync(0u);
        using (Stream stream = manager.OpenReadWrite(oid))
            stream.Write("0123456789"u8);
        using (Stream stream = await manager.OpenReadAsync(oid))
        {
            var bytes = new byte[10];
            await stream.ReadExactlyAsync(bytes);
            seen.Add(bytes);
        }

        manager.Unlink(oid);
        connection.Execute("SAVEPOINT a");
        foreach (Func<Task> fails in (Func<Task>[])[
            () => (Task)manager.OpenReadAsync(oid),
            () => Task.Run(() => { manager.Unlink(1u); }),
            () => Task.Run(() => { manager.ExportRemote(1u, "/nowhere/x"); }),
            () => (Task)manager.ExportRemoteAsync(1u, "/nowhere/x"),
            ])
        {
            var error = await Assert.ThrowsAnyAsync<PostgresException>(fails);
            seen.Add($"{error.SqlState} {error.MessageText.Replace($"{oid}", "oid", StringComparison.Ordinal)}");
            connection.Execute("ROLLBACK TO SAVEPOINT a");
        }

        seen.Throws(() => manager.ImportRemote("/nowhere/x", 0u));
        seen.Add(connection.State); // an error of the server's system costs the connection
    });
#pragma warning restore CS0618

    private static RoutingCommand Last(RoutingConnection connection) => connection.LastCommand!;
}

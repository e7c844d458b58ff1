using Npgsql;
using System.Data;
using NpgsqlTypes;

namespace ReplicaRouting.IntegrationTests.Aliased.Plain;

/// <summary>A program written for Npgsql. The build compiles it twice: as it stands, and with Npgsql's type names as aliases of ours.</summary>
public static class Program
{
    public static async Task<List<string>> RunAsync(string connectionString)
    {
        var seen = new List<string>();
        await using (NpgsqlDataSource dataSource = NpgsqlDataSource.Create(connectionString))
        {
            await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync();
            await CommandsAsync(connection, seen);
            await TransactionsAsync(connection, seen);
            await BatchesAsync(connection, dataSource, seen);
            await CopiesAsync(connection, seen);
            Adapters(connection, seen);
            Deriving(connection, seen);
            await LargeObjectsAsync(connection, seen);
            await using NpgsqlCommand command = dataSource.CreateCommand("SELECT count(*) FROM thing");
            seen.Add($"{await command.ExecuteScalarAsync()}");
            await dataSource.ReloadTypesAsync();
            dataSource.Clear();
        }

        await BuildersAsync(connectionString, seen);
        Strings(connectionString, seen);
        Factories(connectionString, seen);
        return seen;
    }

    private static async Task CommandsAsync(NpgsqlConnection connection, List<string> seen)
    {
        connection.Notice += (sender, e) => seen.Add($"{sender == connection} {e.Notice.MessageText}");
        await using (var command = new NpgsqlCommand("DROP TABLE IF EXISTS thing; CREATE TABLE thing (id int PRIMARY KEY, name text)", connection))
            seen.Add($"{await command.ExecuteNonQueryAsync()}");
        using (NpgsqlCommand command = connection.CreateCommand())
        {
            command.CommandText = "INSERT INTO thing VALUES (@id, @name)";
            NpgsqlParameter id = command.Parameters.Add("id", NpgsqlDbType.Integer);
            command.Parameters.AddWithValue("name", "a thing");
            command.Prepare();
            for (var i = 0; i < 3; i++)
            {
                id.Value = i;
                seen.Add($"{command.ExecuteNonQuery()} {command.IsPrepared}");
            }

            command.Unprepare();
            NpgsqlCommand copy = command.Clone();
            seen.Add($"{copy.Parameters.Count} {ReferenceEquals(copy.Connection, connection)}");
        }

        await using var query = new NpgsqlCommand("SELECT id, name FROM thing ORDER BY id", connection) { CommandTimeout = 5 };
        await using (NpgsqlDataReader reader = await query.ExecuteReaderAsync(CommandBehavior.SequentialAccess))
        {
            while (await reader.ReadAsync())
                seen.Add($"{reader.GetInt32(0)} {reader.GetString(1)} {reader.GetPostgresType(0).Name}");
        }

        try
        {
            using NpgsqlDataReader reader = new NpgsqlCommand("SELECT 1 / 0", connection).ExecuteReader();
        }
        catch (PostgresException error)
        {
            seen.Add(error.SqlState);
        }
    }

    private static async Task TransactionsAsync(NpgsqlConnection connection, List<string> seen)
    {
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead))
        {
            await using var command = new NpgsqlCommand("INSERT INTO thing VALUES (10, 'kept')", connection, transaction);
            await command.ExecuteNonQueryAsync();
            await transaction.SaveAsync("here");
            command.CommandText = "INSERT INTO thing VALUES (11, 'lost')";
            await command.ExecuteNonQueryAsync();
            await transaction.RollbackAsync("here");
            NpgsqlConnection? mine = transaction.Connection;
            seen.Add($"{ReferenceEquals(mine, connection)} {transaction.IsolationLevel} {transaction.SupportsSavepoints}");
            await transaction.CommitAsync(CancellationToken.None);
        }

        using (NpgsqlTransaction transaction = connection.BeginTransaction())
            new NpgsqlCommand("DELETE FROM thing", connection) { Transaction = transaction }.ExecuteNonQuery();
        seen.Add($"{new NpgsqlCommand("SELECT count(*) FROM thing", connection).ExecuteScalar()}");
    }

    private static async Task BatchesAsync(NpgsqlConnection connection, NpgsqlDataSource dataSource, List<string> seen)
    {
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("UPDATE thing SET name = $1 WHERE id < 2") { Parameters = { new() { Value = "batched" } } });
            batch.BatchCommands.Add(new("SELECT name FROM thing WHERE id = 1"));
            batch.EnableErrorBarriers = true;
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                seen.Add(reader.GetString(0));
            seen.Add($"{batch.BatchCommands[0].RecordsAffected}");
        }

        await using NpgsqlBatch ofSource = dataSource.CreateBatch();
        ofSource.BatchCommands.Add(ofSource.CreateBatchCommand());
        ofSource.BatchCommands[0].CommandText = "SELECT 5";
        seen.Add($"{await ofSource.ExecuteScalarAsync()}");
        seen.Add(Fails(() => _ = ofSource.Connection));
        seen.Add(Fails(() => ofSource.Connection = null));
        seen.Add(Fails(() => _ = ofSource.Transaction));
        seen.Add(Fails(() => ofSource.Transaction = null));
    }

    private static async Task CopiesAsync(NpgsqlConnection connection, List<string> seen)
    {
        await using (var importer = await connection.BeginBinaryImportAsync("COPY thing FROM STDIN (FORMAT binary)"))
        {
            await importer.WriteRowAsync(default, 20, "copied");
            seen.Add($"{await importer.CompleteAsync()}");
        }

        using (var reader = connection.BeginTextExport("COPY (SELECT * FROM thing WHERE id = 20) TO STDOUT"))
            seen.Add(reader.ReadToEnd());
        var heard = new List<string>();
        connection.Notification += (_, e) => heard.Add(e.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN alias; NOTIFY alias, 'heard'", connection))
            await listen.ExecuteNonQueryAsync();
        await connection.WaitAsync(heard.Count == 0 ? 1000 : 1);
        seen.Add(string.Join(',', heard));
        seen.Add($"{connection.PostgreSqlVersion.Major > 9} {connection.ProcessID > 0} {connection.FullState} {connection.Timezone.Length > 0}");
        connection.UnprepareAll();
        connection.ReloadTypes();
    }

    private static void Adapters(NpgsqlConnection connection, List<string> seen)
    {
        new NpgsqlCommand(
            "ALTER TABLE thing ADD other text; DELETE FROM thing; INSERT INTO thing VALUES (1, 'one', 'a'), (2, 'two', NULL)", connection).ExecuteNonQuery();
        using var adapter = new NpgsqlDataAdapter("SELECT id, name, other FROM thing ORDER BY id", connection);
        adapter.RowUpdating += (sender, e) => seen.Add($"{ReferenceEquals(sender, adapter)} {e.StatementType} {e.Command is NpgsqlCommand}");
        adapter.RowUpdated += (_, e) => seen.Add($"{e.StatementType} {e.RecordsAffected} {e.Status}");
        using var builder = new NpgsqlCommandBuilder(adapter);
        using var table = new DataTable();
        const string quoted = """
            "a""b"
            """;
        seen.Add($"{adapter.Fill(table)} {builder.QuoteIdentifier("""a"b""")} {builder.UnquoteIdentifier(quoted)} {builder.QuotePrefix}");
        foreach (NpgsqlCommand command in new[] { builder.GetInsertCommand(), builder.GetUpdateCommand(true), builder.GetDeleteCommand() })
        {
            seen.Add($"{command.CommandText} {command.UpdatedRowSource} {ReferenceEquals(command.Connection, connection)}");
            foreach (NpgsqlParameter parameter in command.Parameters)
                seen.Add($"{parameter.ParameterName} {parameter.NpgsqlDbType} {parameter.SourceColumn} {parameter.SourceVersion}");
        }

        builder.GetUpdateCommand();
        table.Rows[0]["other"] = "b"; // one column: the builder uses the parameters again, for other columns
        table.Rows[1].Delete();
        table.Rows.Add(3, "three");
        seen.Add($"{adapter.Update(table)}");
        using var again = new DataTable();
        connection.Close();
        seen.Add($"{adapter.Fill(again)} {connection.State} {again.Rows[0]["other"]}");
        connection.Open();
        new NpgsqlCommand("UPDATE thing SET name = 'somebody else'", connection).ExecuteNonQuery();
        table.Rows[0]["name"] = "mine";
        seen.Add(Fails(() => adapter.Update(table)));
        new NpgsqlCommand("ALTER TABLE thing DROP other", connection).ExecuteNonQuery();
        using var mistaken = new NpgsqlDataAdapter(new NpgsqlCommand("SELECT nothing", connection));
        seen.Add(Fails(() => mistaken.Fill(again)));
        seen.Add(Fails(() => new NpgsqlDataAdapter().Fill(again)));
        seen.Add(Fails(() => new NpgsqlCommandBuilder().GetInsertCommand()));
    }

    private static void Deriving(NpgsqlConnection connection, List<string> seen)
    {
        new NpgsqlCommand(
            "CREATE OR REPLACE FUNCTION derived(a int, OUT b int, INOUT c text) AS 'SELECT a + 1, c || c' LANGUAGE sql", connection).ExecuteNonQuery();
        using var command = new NpgsqlCommand("derived", connection) { CommandType = CommandType.StoredProcedure };
        NpgsqlCommandBuilder.DeriveParameters(command);
        foreach (NpgsqlParameter parameter in command.Parameters)
            seen.Add($"{parameter.ParameterName} {parameter.NpgsqlDbType} {parameter.Direction} {parameter.DataTypeName}");
        command.CommandType = CommandType.Text;
        command.CommandText = "SELECT @a::int, name FROM thing WHERE id = @b";
        NpgsqlCommandBuilder.DeriveParameters(command);
        foreach (NpgsqlParameter parameter in command.Parameters)
            seen.Add($"{parameter.ParameterName} {parameter.NpgsqlDbType}");
        command.Parameters["a"].Value = 8;
        command.Parameters["b"].Value = 1;
        seen.Add($"{command.ExecuteScalar()}");
        command.Prepare();
        seen.Add(Fails(() => NpgsqlCommandBuilder.DeriveParameters(command)));
        seen.Add(Fails(() => NpgsqlCommandBuilder.DeriveParameters(new NpgsqlCommand("no_such_function", connection) { CommandType = CommandType.StoredProcedure })));
        seen.Add(Fails(() => NpgsqlCommandBuilder.DeriveParameters(new NpgsqlCommand("SELECT nothing", connection))));
        seen.Add(Fails(() => NpgsqlCommandBuilder.DeriveParameters(new NpgsqlCommand("thing", connection) { CommandType = CommandType.TableDirect })));
        seen.Add(Fails(() => NpgsqlCommandBuilder.DeriveParameters(new NpgsqlCommand("SELECT 1"))));
        new NpgsqlCommand("DROP FUNCTION derived", connection).ExecuteNonQuery();
    }

    private static async Task LargeObjectsAsync(NpgsqlConnection connection, List<string> seen)
    {
#pragma warning disable CS0618 // obsolete in Npgsql as well
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        var manager = new NpgsqlLargeObjectManager(connection);
        var oid = manager.Create();
        await using (NpgsqlLargeObjectStream stream = await manager.OpenReadWriteAsync(oid))
        {
            await stream.WriteAsync("a large object"u8.ToArray());
            await stream.SeekAsync(2, SeekOrigin.Begin);
            var bytes = new byte[5];
            seen.Add($"{await stream.ReadAsync(bytes)} {System.Text.Encoding.UTF8.GetString(bytes)} {await stream.GetLengthAsync()}");
        }

        using (NpgsqlLargeObjectStream stream = manager.OpenRead(oid))
            seen.Add($"{stream.ReadByte()} {stream.CanWrite} {manager.Has64BitSupport} {manager.MaxTransferBlockSize}");
        await manager.UnlinkAsync(oid);
        seen.Add(Fails(() => manager.OpenRead(oid))[..5]); // the message has the identifier
#pragma warning restore CS0618
    }

    private static async Task BuildersAsync(string connectionString, List<string> seen)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString) { Name = "aliased" };
        builder.ConnectionStringBuilder.ApplicationName = "set later";
        builder.MapEnum<DayOfWeek>("weekday").EnableUnmappedTypes().EnableRecordsAsTuples();
        builder.EnableDynamicJson().ConfigureTypeLoading(types => types.EnableTableCompositesLoading());
        builder.UsePhysicalConnectionInitializer(
            inner => new Npgsql.NpgsqlCommand("SET lock_timeout = 55", inner).ExecuteNonQuery(),
            inner => new Npgsql.NpgsqlCommand("SET lock_timeout = 55", inner).ExecuteNonQueryAsync());
        seen.Add($"{builder.Name} {builder.DefaultNameTranslator.GetType().Name} {builder.ConnectionString.Contains("set later", StringComparison.Ordinal)}");
        seen.Add(Fails(() => builder.UsePhysicalConnectionInitializer(_ => { }, null)));
        seen.Add(Fails(() => builder.UsePasswordProvider(_ => "", null)));
        seen.Add($"{builder.UnmapEnum<DayOfWeek>("weekday")} {builder.UnmapEnum<ConsoleColor>()}");
        Npgsql.TypeMapping.INpgsqlTypeMapper mapper = builder;
        mapper.MapEnum<DayOfWeek>("weekday");
        await using NpgsqlDataSource dataSource = builder.Build();
        await using (NpgsqlCommand create = dataSource.CreateCommand(
            "DROP TYPE IF EXISTS weekday; CREATE TYPE weekday AS ENUM ('sunday', 'monday')"))
            await create.ExecuteNonQueryAsync();
        await dataSource.ReloadTypesAsync();
        await using (NpgsqlConnection connection = await dataSource.OpenConnectionAsync())
        {
            await using var command = new NpgsqlCommand(
                "SELECT @day, @json::jsonb, ROW(1, 'a'), current_setting('application_name')", connection);
            command.Parameters.AddWithValue("day", DayOfWeek.Monday);
            command.Parameters.Add(new("json", NpgsqlDbType.Jsonb) { Value = new { a = 1 } });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            seen.Add($"{reader.GetFieldValue<DayOfWeek>(0)} {reader.GetString(1)} {reader.GetFieldValue<(int, string)>(2)} {reader.GetString(3)}");
        }

        await using (NpgsqlCommand drop = dataSource.CreateCommand("DROP TYPE weekday"))
            await drop.ExecuteNonQueryAsync();
    }

    private static string Fails(Action action)
    {
        try
        {
            action();
            return "succeeded";
        }
        catch (PostgresException error)
        {
            return $"{error.SqlState} {error.MessageText}";
        }
        catch (Exception error)
        {
            return $"{error.GetType().Name} {error.Message}";
        }
    }

    private static void Strings(string connectionString, List<string> seen)
    {
        using (var connection = new NpgsqlConnection(connectionString))
        {
            connection.Open();
            using var command = new NpgsqlCommand("SELECT count(*) FROM thing", connection);
            seen.Add($"{command.ExecuteScalar()} {connection.State}");
            connection.Close();
            NpgsqlConnection.ClearPool(connection);
        }

        var other = new NpgsqlConnection { ConnectionString = connectionString };
        other.Open();
        using (NpgsqlConnection clone = other.CloneWith(connectionString))
            seen.Add($"{clone.State} {NpgsqlConnection.DefaultPort}");
        other.ChangeDatabase("postgres");
        seen.Add(other.Database);
        other.Dispose();
        NpgsqlConnection.ClearAllPools();
    }

    private static void Factories(string connectionString, List<string> seen)
    {
        using var connection = NpgsqlFactory.Instance.CreateConnection()!;
        connection.ConnectionString = connectionString;
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DROP TABLE thing";
        seen.Add($"{command.ExecuteNonQuery()} {connection is NpgsqlConnection} {command is NpgsqlCommand}");
    }
}

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
            await using NpgsqlCommand command = dataSource.CreateCommand("SELECT count(*) FROM thing");
            seen.Add($"{await command.ExecuteScalarAsync()}");
            await dataSource.ReloadTypesAsync();
            dataSource.Clear();
        }

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

using System.Data.Common;
using global::Dapper;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using ReplicaRouting.Benchmarks.EntityFrameworkCore;

namespace ReplicaRouting.Benchmarks.Allocation;

/// <summary>The ways in which programs, Dapper and EF Core use ADO.NET, by the classes of System.Data.Common.</summary>
/// <param name="wait">What is added to a FROM clause: a wait makes sure that the answer is never there yet when it is read.</param>
internal sealed class Patterns(string wait)
{
    public const string AtOnce = "pg_catalog.pg_sleep(0)";
    public const string Waiting = "pg_catalog.pg_sleep(0.0003)";

    private const string AtOnceSql = "SELECT 1";

    private readonly string _sql = wait == AtOnce ? AtOnceSql : $"SELECT 1 FROM {wait}";
    private readonly string _dapperSql = $"SELECT g AS id, 'name ' || g AS name FROM pg_catalog.generate_series(1, @rows) AS g, {wait}";

    /// <summary>All of them; those of <see cref="Pattern.IsAtOnce"/> only beside those that wait.</summary>
    public IReadOnlyList<Pattern> All =>
    [
        Sync("open_close", source =>
        {
            var connection = source.CreateConnection();
            return () =>
            {
                connection.Open();
                connection.Close();
            };
        }),
        Sync("reused_command", source =>
        {
            var command = Command(source.OpenConnection(), _sql);
            return () => Read(command);
        }),
        Sync("command_per_call", source =>
        {
            var connection = source.OpenConnection();
            return () => ReadOn(connection);
        }),
        Sync("reopened", source =>
        {
            var connection = source.CreateConnection();
            return () =>
            {
                connection.Open();
                ReadOn(connection);
                connection.Close();
            };
        }),
        Sync("new_connection", source => () =>
        {
            using var connection = source.OpenConnection();
            ReadOn(connection);
        }),
        Sync("data_source_command", source => () =>
        {
            using var command = source.CreateCommand(_sql);
            Read(command);
        }),
        Sync("scalar", source =>
        {
            var connection = source.OpenConnection();
            return () =>
            {
                using var command = Command(connection, _sql);
                command.ExecuteScalar();
            };
        }),
        Sync("parameter", source =>
        {
            var connection = source.OpenConnection();
            var parameterSql = $"SELECT $1 + 1 FROM {wait}";
            return () =>
            {
                using var command = Command(connection, parameterSql);
                var parameter = command.CreateParameter();
                parameter.Value = 1;
                command.Parameters.Add(parameter);
                Read(command);
            };
        }),
        Sync("batch", source =>
        {
            var connection = source.OpenConnection();
            return () =>
            {
                using var batch = Batch(connection);
                using var reader = batch.ExecuteReader();
                while (reader.NextResult())
                    reader.Read();
            };
        }),
        Sync("dapper", source => () =>
        {
            using var connection = source.CreateConnection();
            connection.Query<Row>(_dapperSql, new { rows = 10 }).AsList();
        }),
        Sync("ef_core", source =>
        {
            var factory = Contexts(source);
            return () =>
            {
                using var context = factory.CreateDbContext();
                _ = context.Customers.AsNoTracking().OrderBy(customer => customer.Id).Take(10).ToList();
            };
        }),
        .. Async("", _sql),
        .. wait == AtOnce ? [] : Async(Pattern.AtOnce, AtOnceSql),
        new("batch_async", true, source =>
        {
            var connection = source.OpenConnection();
            return async () =>
            {
                await using var batch = Batch(connection);
                await using var reader = await batch.ExecuteReaderAsync();
                while (await reader.NextResultAsync())
                    await reader.ReadAsync();
            };
        }),
        new("dapper_async", true, source => async () =>
        {
            await using var connection = source.CreateConnection();
            (await connection.QueryAsync<Row>(_dapperSql, new { rows = 10 })).AsList();
        }),
        new("ef_core_async", true, source =>
        {
            var factory = Contexts(source);
            return async () =>
            {
                await using var context = await factory.CreateDbContextAsync();
                await context.Customers.AsNoTracking().OrderBy(customer => customer.Id).Take(10).ToListAsync();
            };
        }),
    ];

    private static Pattern[] Async(string suffix, string sql) =>
    [
        new($"reused_command_async{suffix}", true, source =>
        {
            var command = Command(source.OpenConnection(), sql);
            return () => ReadAsync(command);
        }),
        new($"command_per_call_async{suffix}", true, source =>
        {
            var connection = source.OpenConnection();
            return () => ReadOnAsync(connection, sql);
        }),
        new($"reopened_async{suffix}", true, source =>
        {
            var connection = source.CreateConnection();
            return async () =>
            {
                await connection.OpenAsync();
                await ReadOnAsync(connection, sql);
                await connection.CloseAsync();
            };
        }),
        new($"new_connection_async{suffix}", true, source => async () =>
        {
            await using var connection = await source.OpenConnectionAsync();
            await ReadOnAsync(connection, sql);
        }),
        new($"data_source_command_async{suffix}", true, source => async () =>
        {
            await using var command = source.CreateCommand(sql);
            await ReadAsync(command);
        }),
        new($"scalar_async{suffix}", true, source =>
        {
            var connection = source.OpenConnection();
            return async () =>
            {
                await using var command = Command(connection, sql);
                await command.ExecuteScalarAsync();
            };
        }),
    ];

    private static Pattern Sync(string name, Func<DbDataSource, Action> start) => new(name, false, source =>
    {
        var call = start(source);
        return () =>
        {
            call();
            return Task.CompletedTask;
        };
    });

    private static PooledDbContextFactory<BenchmarkContext> Contexts(DbDataSource source)
    {
        var options = new DbContextOptionsBuilder<BenchmarkContext>();
        return new((source is RoutingDataSource routed ? options.UseRoutingNpgsql(routed) : options.UseNpgsql((NpgsqlDataSource)source)).Options);
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private DbBatch Batch(DbConnection connection)
    {
        var batch = connection.CreateBatch();
        for (var i = 0; i < 3; i++)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = _sql;
            batch.BatchCommands.Add(command);
        }

        return batch;
    }

    private void ReadOn(DbConnection connection)
    {
        using var command = Command(connection, _sql);
        Read(command);
    }

    private static void Read(DbCommand command)
    {
        using var reader = command.ExecuteReader();
        reader.Read();
        reader.GetInt32(0);
    }

    private static async Task ReadOnAsync(DbConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        await ReadAsync(command);
    }

    private static async Task ReadAsync(DbCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        reader.GetInt32(0);
    }

    private sealed record Row(int Id, string Name);
}

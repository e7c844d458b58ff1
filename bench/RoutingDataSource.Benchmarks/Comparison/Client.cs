using System.Data.Common;
using System.Diagnostics;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>One client of a workload: runs commands until it is told to stop, and notes how long each took.</summary>
internal sealed class Client(Endpoints endpoints, Workload workload, int seed) : IAsyncDisposable
{
    public const int Items = 100_000;
    public const int RowsPerRead = 1000;

    private const string ByKeySql = "SELECT id, item, amount FROM items WHERE id = $1";
    private const string RowsSql = "SELECT id, item, amount FROM items WHERE id BETWEEN $1 AND $1 + 999";
    private const string UpdateSql = "UPDATE items SET amount = amount + 1 WHERE id = $1";

    private readonly Random _random = new(seed);
    private DbConnection? _held;
    private long[] _latencies = new long[4096];
    private int _count;

    /// <summary>How long each command took since <see cref="Clear"/>, in ticks of <see cref="Stopwatch"/>.</summary>
    public ReadOnlySpan<long> Latencies => _latencies.AsSpan(0, _count);

    public async Task OpenAsync()
    {
        if (workload.IsHeld)
            _held = workload.IsAsync ? await endpoints.Reads.OpenConnectionAsync() : endpoints.Reads.OpenConnection();
    }

    public void Clear() => _count = 0;

    /// <summary>Runs commands until the deadline has passed; the last one may end after it.</summary>
    public void Run(long deadline)
    {
        var started = Stopwatch.GetTimestamp();
        while (started < deadline)
        {
            if (_held is null)
            {
                var (isWrite, source) = Next();
                using var connection = source.OpenConnection();
                Execute(connection, isWrite);
            }
            else
            {
                Execute(_held, false);
            }

            started = Note(started);
        }
    }

    /// <inheritdoc cref="Run" />
    public async Task RunAsync(long deadline)
    {
        var started = Stopwatch.GetTimestamp();
        while (started < deadline)
        {
            if (_held is null)
            {
                var (isWrite, source) = Next();
                await using var connection = await source.OpenConnectionAsync();
                await ExecuteAsync(connection, isWrite);
            }
            else
            {
                await ExecuteAsync(_held, false);
            }

            started = Note(started);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_held is not null)
            await _held.DisposeAsync();
    }

    private (bool IsWrite, DbDataSource Source) Next()
    {
        var isWrite = workload.Kind == WorkloadKind.Mixed && _random.Next(20) == 0;
        return (isWrite, isWrite ? endpoints.Writes : endpoints.Reads);
    }

    private long Note(long started)
    {
        var ended = Stopwatch.GetTimestamp();
        if (_count == _latencies.Length)
            Array.Resize(ref _latencies, _count * 2);
        _latencies[_count++] = ended - started;
        return ended;
    }

    private void Execute(DbConnection connection, bool isWrite)
    {
        using var command = connection.CreateCommand();
        var expected = Prepare(command, isWrite);
        if (isWrite)
        {
            Check(command.ExecuteNonQuery(), expected);
            return;
        }

        using var reader = command.ExecuteReader();
        var rows = 0;
        while (reader.Read())
            rows += Use(reader);
        Check(rows, expected);
    }

    private async Task ExecuteAsync(DbConnection connection, bool isWrite)
    {
        await using var command = connection.CreateCommand();
        var expected = Prepare(command, isWrite);
        if (isWrite)
        {
            Check(await command.ExecuteNonQueryAsync(), expected);
            return;
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = 0;
        while (await reader.ReadAsync())
            rows += Use(reader);
        Check(rows, expected);
    }

    private int Prepare(DbCommand command, bool isWrite)
    {
        var isRows = workload.Kind == WorkloadKind.Rows;
        command.CommandText = isWrite ? UpdateSql : isRows ? RowsSql : ByKeySql;
        var id = command.CreateParameter();
        id.Value = 1 + _random.Next(isRows ? Items - RowsPerRead : Items);
        command.Parameters.Add(id);
        return isRows ? RowsPerRead : 1;
    }

    private static int Use(DbDataReader reader) => reader.GetInt32(0) > 0 && reader.GetString(1).Length > 0 && reader.GetInt32(2) >= 0 ? 1 : 0;

    private static void Check(int rows, int expected)
    {
        if (rows != expected)
            throw new InvalidOperationException($"A command of the comparison had {rows} rows, not {expected}.");
    }
}

using System.Diagnostics;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>One session that writes its own row, reads it back, reads others and runs transactions, and says what it saw.</summary>
internal sealed class FaultWorker(
    int id, RoutingDataSource source, FaultCounts counts, Func<int> generation, Func<int> silences, Func<PrimaryAbsence> absence, Func<bool> isAnybodyAlive, Action<string> complain)
{
    private const string WriteSql = "WITH u AS (UPDATE kv SET n = $2 WHERE id = $1) INSERT INTO log (worker, n) VALUES ($1, $2)";
    private const string ReadSql = "SELECT n FROM kv WHERE id = $1";
    private const string LongReadSql = "SELECT count(*) FROM churn a CROSS JOIN generate_series(1, 300) b";

    private readonly SessionHistory _history = new(counts, generation, complain);
    private readonly Random _random = new(id);
    private long _next;

    public SessionHistory History => _history;

    /// <summary>Gets whether the worker calls synchronous methods, for which it needs a thread of its own.</summary>
    public bool IsSync => id % 8 == 3;

    /// <summary>Every other worker uses an ambient session and a connection per command, the rest one connection object each, as EF Core does.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var session = id % 2 == 0 ? RoutingSession.Begin() : null;
        var isSync = IsSync;
        while (!stopping.IsCancellationRequested)
        {
            await using var connection = source.CreateConnection();
            for (var i = 0; i < 50 && !stopping.IsCancellationRequested; i++)
            {
                if (await StepAsync(connection, isSync) && session is null)
                    continue;
                if (session is null)
                    break; // the connection may be unusable after an error; its history ends with it
            }

            if (session is null)
                _history.Forget();
        }
    }

    private async Task<bool> StepAsync(RoutingConnection connection, bool isSync)
    {
        switch (_random.Next(10))
        {
            case 0:
                return await WriteAsync(connection, isSync);
            case 1:
                return await WriteAsync(connection, isSync) && await ReadAsync(connection, isSync, ReadSql);
            case 2:
                return await TransactAsync(connection);
            case 3 when id % 4 == 1:
                return await ReadAsync(connection, isSync, LongReadSql);
            default:
                return await ReadAsync(connection, isSync, ReadSql);
        }
    }

    private async Task<bool> WriteAsync(RoutingConnection connection, bool isSync)
    {
        var begunIn = generation();
        var value = Interlocked.Increment(ref _next);
        try
        {
            await OpenAsync(connection, isSync);
            await using var command = connection.CreateCommand();
            command.CommandText = WriteSql;
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = value });
            _ = isSync ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync();
            if (command.LastRoute is not { Target: RouteTarget.Primary })
                Misrouted(command.LastRoute);
            _history.Wrote(value, begunIn);
            return true;
        }
        catch (Exception error) when (IsDatabase(error))
        {
            NoteWriteError(error);
            return false;
        }
        finally
        {
            await CloseAsync(connection, isSync);
        }
    }

    private async Task<bool> TransactAsync(RoutingConnection connection)
    {
        var begunIn = generation();
        var value = Interlocked.Increment(ref _next);
        try
        {
            await OpenAsync(connection, isSync: false);
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = WriteSql;
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = value });
            await command.ExecuteNonQueryAsync();
            await using var check = connection.CreateCommand();
            check.CommandText = ReadSql;
            check.Parameters.Add(new() { Value = id });
            var seen = (long)(await check.ExecuteScalarAsync())!;
            if (check.LastRoute is not { Target: RouteTarget.Primary } || seen != value)
                Misrouted(check.LastRoute);
            await transaction.CommitAsync();
            _history.Wrote(value, begunIn);
            return true;
        }
        catch (Exception error) when (IsDatabase(error))
        {
            NoteWriteError(error);
            return false;
        }
        finally
        {
            await CloseAsync(connection, isSync: false);
        }
    }

    private async Task<bool> ReadAsync(RoutingConnection connection, bool isSync, string sql)
    {
        var (begunIn, silence) = (generation(), silences());
        var started = Stopwatch.GetTimestamp();
        CommandRoute? route = null;
        try
        {
            await OpenAsync(connection, isSync);
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            if (sql == ReadSql)
                command.Parameters.Add(new() { Value = id });
            var value = (long)(isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync())!;
            route = command.LastRoute;
            var ended = Stopwatch.GetTimestamp();
            counts.NoteReadTime(
                Stopwatch.GetElapsedTime(started, ended),
                inPromotion: sql == ReadSql && IsTouched(begunIn, generation()),
                ofSilence: sql == ReadSql && IsTouched(silence, silences()),
                afterReturn: sql == ReadSql ? absence().AfterReturn(started, ended) : null);
            if (sql == ReadSql)
                _history.Read(value, begunIn, route);
            else
                Interlocked.Increment(ref counts.Reads);
            return true;
        }
        catch (Exception error) when (IsDatabase(error))
        {
            if (isAnybodyAlive())
            {
                Interlocked.Increment(ref counts.Failed);
                complain($"read failed after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms ({sql[..20]}…, {route}): {error.GetType().Name} {error.Message} <- {error.InnerException?.Message}");
            }
            else
            {
                Interlocked.Increment(ref counts.RefusedNobodyAlive);
            }

            return false;
        }
        finally
        {
            await CloseAsync(connection, isSync);
        }
    }

    // Both are odd for as long as what they count lasts.
    private static bool IsTouched(int atFirst, int atLast) => atFirst % 2 != 0 || atFirst != atLast;

    private static async Task OpenAsync(RoutingConnection connection, bool isSync)
    {
        if (isSync)
            connection.Open();
        else
            await connection.OpenAsync();
    }

    private static async Task CloseAsync(RoutingConnection connection, bool isSync)
    {
        if (isSync)
            connection.Close();
        else
            await connection.CloseAsync();
    }

    private void NoteWriteError(Exception error)
    {
        Interlocked.Increment(ref counts.WriteErrors);
        if (error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction, MessageText: var text } && text.Contains("WITH", StringComparison.Ordinal))
            Misrouted(null);
    }

    private void Misrouted(CommandRoute? route)
    {
        Interlocked.Increment(ref counts.Misrouted);
        complain($"misrouted: {route}");
    }

    private static bool IsDatabase(Exception error) => error is NpgsqlException or InvalidOperationException or TimeoutException;
}

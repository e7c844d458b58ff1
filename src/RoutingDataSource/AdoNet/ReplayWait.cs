using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace ReplicaRouting.AdoNet;

/// <summary>Waits on a replica until it has replayed a position.</summary>
internal static class ReplayWait
{
    // PostgreSQL 19 release notes: WAIT FOR LSN.
    internal const int FirstVersionWithWait = 19;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits.</summary>
    /// <param name="replica">An open, idle connection to the replica.</param>
    /// <param name="floor">The position.</param>
    /// <param name="budget">How long at most.</param>
    /// <param name="time">The clock.</param>
    /// <param name="async">Whether to wait asynchronously.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Whether the position was replayed in time.</returns>
    public static async ValueTask<bool> ForAsync(
        NpgsqlConnection replica, WalPosition floor, TimeSpan budget, TimeProvider time, bool async, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand { Connection = replica };
        if (replica.PostgreSqlVersion.Major >= FirstVersionWithWait)
        {
            command.CommandText = WaitSql(floor, budget);
            return await AskAsync(command, async, cancellationToken).ConfigureAwait(false) is "success";
        }

        command.CommandText = "SELECT pg_catalog.pg_last_wal_replay_lsn() >= $1";
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.PgLsn, Value = new NpgsqlLogSequenceNumber(floor.Value) });
        var started = time.GetTimestamp();
        while (await AskAsync(command, async, cancellationToken).ConfigureAwait(false) is not true)
        {
            if (time.GetElapsedTime(started) + Poll > budget)
                return false;
            if (async)
                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            else
                Thread.Sleep(Poll);
        }

        return true;
    }

    internal static string WaitSql(WalPosition floor, TimeSpan budget) => string.Create(
        CultureInfo.InvariantCulture, $"WAIT FOR LSN '{floor}' WITH (TIMEOUT '{Math.Max(1, (long)budget.TotalMilliseconds)}ms', NO_THROW)");

    private static async ValueTask<object?> AskAsync(NpgsqlCommand command, bool async, CancellationToken cancellationToken) =>
        async ? await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteScalar();
}

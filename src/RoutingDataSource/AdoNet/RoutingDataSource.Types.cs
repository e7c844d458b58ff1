using Npgsql;

namespace ReplicaRouting;

// Types that were created after the data sources of the nodes had read theirs.
public sealed partial class RoutingDataSource
{
    private static readonly TimeSpan ReplayPoll = TimeSpan.FromMilliseconds(5);

    /// <summary>Reads the types again on every other pool of the nodes that can be reached. A replica has the new types only after it has replayed
    /// what the primary wrote; one that does not within <c>MaxReplicaLag</c> serves no reads anyway.</summary>
    /// <param name="primary">An open connection to the primary, whose own data source has reloaded its types.</param>
    /// <param name="async">Whether to wait asynchronously.</param>
    /// <param name="cancellationToken">Cancels the reload.</param>
    internal async ValueTask ReloadReplicaTypesAsync(NpgsqlConnection primary, bool async, CancellationToken cancellationToken)
    {
        if (Nodes.Length == 1)
            return;
        var position = (string)(await AskAsync(primary, "SELECT pg_current_wal_flush_lsn()::text", async, cancellationToken).ConfigureAwait(false))!;
        foreach (var node in Cluster.Nodes.Where(node => node is { IsReachable: true, IsForeign: false, Role: NodeRole.Replica }))
        {
            foreach (var pool in Nodes[node.Index].Pools)
                await ReloadReplicaTypesAsync(pool, position, async, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask ReloadReplicaTypesAsync(NpgsqlDataSource pool, string position, bool async, CancellationToken cancellationToken)
    {
        var sql = $"SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= '{position}'";
        var started = Time.GetTimestamp();
        try
        {
            var connection = async ? await pool.OpenConnectionAsync(cancellationToken).ConfigureAwait(false) : pool.OpenConnection();
            try
            {
                while (!(bool)(await AskAsync(connection, sql, async, cancellationToken).ConfigureAwait(false))!
                       && Time.GetElapsedTime(started) < (Options.MaxReplicaLag ?? Options.MaxPin))
                {
                    if (async)
                        await Task.Delay(ReplayPoll, Time, cancellationToken).ConfigureAwait(false);
                    else
                        Thread.Sleep(ReplayPoll);
                }

                if (async)
                    await connection.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
                else
                    connection.ReloadTypes();
            }
            finally
            {
                await CloseAsync(connection, async).ConfigureAwait(false);
            }
        }
        catch (NpgsqlException)
        {
            // lost in between: it reads its types when it is back
        }
    }

    private static async ValueTask<object?> AskAsync(NpgsqlConnection connection, string sql, bool async, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return async ? await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) : command.ExecuteScalar();
    }

    private static async ValueTask CloseAsync(NpgsqlConnection connection, bool async)
    {
        if (async)
            await connection.DisposeAsync().ConfigureAwait(false);
        else
            connection.Dispose();
    }
}

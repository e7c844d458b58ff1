using Npgsql;
using NpgsqlTypes;

namespace ReplicaRouting.Topology;

/// <summary>The probe for PostgreSQL 14 and later. Every function in it is open to every role; no pg_monitor is needed.</summary>
internal sealed class PostgresNodeProbe : INodeProbe
{
    // Local to the implicit transaction of the batch, so that it stays with nobody where a pooler hands the server connection on.
    private const string TimeoutSql = "SELECT pg_catalog.set_config('statement_timeout', $1, true)";

    // The timeline that a standby receives is shown to members of pg_monitor only; what its control file says lags behind, but never ahead.
    // CASE keeps each function from running on the side where it raises an error. The timeline comes from the name of the current log
    // file because pg_control_checkpoint() tells the old one until the first checkpoint after a promotion.
    private const string Sql =
        """
        SELECT r.in_recovery,
               CASE WHEN r.in_recovery THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END,
               (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
               CASE WHEN NOT r.in_recovery THEN pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8) END,
               pg_catalog.current_setting('wal_block_size'),
               CASE WHEN r.in_recovery THEN (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver) END,
               CASE WHEN r.in_recovery THEN (
                   SELECT greatest(c.timeline_id, m.min_recovery_end_timeline)
                   FROM pg_catalog.pg_control_checkpoint() AS c, pg_catalog.pg_control_recovery() AS m) END
        FROM (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery OFFSET 0) AS r
        """;

    public async ValueTask<NodeProbeResult> ProbeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var batch = connection.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        // The server gives up a probe when Npgsql would: whoever waits for it may have left before.
        batch.BatchCommands.Add(new(TimeoutSql) { Parameters = { new() { Value = $"{connection.CommandTimeout}s" } } });
        batch.BatchCommands.Add(new(Sql));
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var inRecovery = reader.GetBoolean(0);
        var pageSize = uint.Parse(reader.GetString(4), System.Globalization.CultureInfo.InvariantCulture);
        WalPosition? position = reader.IsDBNull(1) ? null : new((ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1));
        return new(inRecovery ? NodeRole.Replica : NodeRole.Primary, position?.WithoutPageHeader(pageSize))
        {
            SystemIdentifier = reader.GetString(2),
            Timeline = !reader.IsDBNull(3) ? Convert.ToInt32(reader.GetString(3), 16) : reader.IsDBNull(5) ? null : reader.GetInt32(5),
            ReachedTimeline = reader.IsDBNull(6) ? null : reader.GetInt32(6),
        };
    }
}

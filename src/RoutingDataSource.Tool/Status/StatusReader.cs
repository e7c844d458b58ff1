using System.Globalization;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tool.Status;

/// <summary>Asks servers for their status. Everything in the query is open to every role.</summary>
internal static class StatusReader
{
    private const int AnswerSeconds = 5;

    // As in the library's probe: the timeline of a primary from the name of its log file; of a standby what its control file says.
    private const string Sql =
        """
        SELECT r.in_recovery,
               CASE WHEN r.in_recovery THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_insert_lsn() END,
               (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),
               CASE WHEN NOT r.in_recovery THEN pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8) END,
               CASE WHEN r.in_recovery THEN (
                   SELECT greatest(c.timeline_id, m.min_recovery_end_timeline)
                   FROM pg_catalog.pg_control_checkpoint() AS c, pg_catalog.pg_control_recovery() AS m) END,
               pg_catalog.current_setting('server_version'),
               extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())::float8,
               CASE WHEN r.in_recovery THEN pg_catalog.pg_is_wal_replay_paused() END,
               EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver),
               (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication)::int,
               (SELECT pg_catalog.json_object_agg(name, pg_catalog.current_setting(name)) FROM pg_catalog.pg_settings
                WHERE name IN ('hot_standby_feedback', 'max_standby_streaming_delay', 'synchronous_commit', 'wal_level',
                               'recovery_min_apply_delay', 'synchronous_standby_names', 'max_connections'))::text,
               pg_catalog.current_setting('wal_block_size')::int
        FROM (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery OFFSET 0) AS r
        """;

    /// <summary>Asks all servers at once, and those that seem to be behind once more: a replica that was asked a moment before its primary has
    /// not seen that moment's log, and after a quiet night its last commit would be hours old.</summary>
    internal static async Task<ServerStatus[]> ReadAllAsync(IReadOnlyList<Server> servers, CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(servers.Select(server => ReadAsync(server, cancellationToken))).ConfigureAwait(false);
        var written = all.Where(status => status is { Failure: null, IsInRecovery: false }).Max(status => status.Position?.Value) ?? 0;
        return await Task.WhenAll(all.Select((status, i) => status is { Failure: null, IsInRecovery: true } && status.Position?.Value < written
            ? ReadAsync(servers[i], cancellationToken)
            : Task.FromResult(status))).ConfigureAwait(false);
    }

    /// <summary>Asks over an open connection.</summary>
    internal static async Task<ServerStatus> ReadAsync(string name, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = AnswerSeconds };
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new()
                {
                    Name = name,
                    IsInRecovery = reader.GetBoolean(0),
                    Position = reader.IsDBNull(1)
                        ? null
                        : new WalPosition((ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1)).WithoutPageHeader((uint)reader.GetInt32(11)),
                    SystemIdentifier = reader.GetString(2),
                    Timeline = !reader.IsDBNull(3) ? Convert.ToInt32(reader.GetString(3), 16) : reader.IsDBNull(4) ? null : reader.GetInt32(4),
                    Version = reader.GetString(5).Split(' ')[0],
                    SinceLastReplayed = reader.IsDBNull(6) ? null : TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(6))),
                    IsReplayPaused = !reader.IsDBNull(7) && reader.GetBoolean(7),
                    IsReceiving = reader.GetBoolean(8),
                    Senders = reader.GetInt32(9),
                    Settings = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(10))!,
                };
            }
        }
    }

    /// <summary>Asks over a connection of its own. A server that does not answer has a <see cref="ServerStatus.Failure"/>.</summary>
    internal static async Task<ServerStatus> ReadAsync(Server server, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await server.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
                return await ReadAsync(server.Name, connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not UserErrorException && CommandRunner.Explain(error) is { } failure)
        {
            return new() { Name = server.Name, Failure = CommandRunner.OneLine(failure), Error = error };
        }
    }

    /// <summary>When nobody can be asked there is nothing to show: the first failure is the answer.</summary>
    internal static void ThrowIfNobodyAnswers(IReadOnlyCollection<ServerStatus> servers)
    {
        if (servers.FirstOrDefault() is { Failure: not null } first && servers.All(server => server.Failure is not null))
            throw new UserErrorException(servers.Count == 1 ? $"{first.Name}: {first.Failure}" : string.Create(CultureInfo.InvariantCulture, $"none of the {servers.Count} servers answers; {first.Name}: {first.Failure}"));
    }
}

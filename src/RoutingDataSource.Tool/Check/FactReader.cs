using System.Text.Json;
using Npgsql;
using ReplicaRouting.Tool.Common;
using ReplicaRouting.Tool.Status;

namespace ReplicaRouting.Tool.Check;

/// <summary>Finds out what there is to know of a server. Everything is open to every role.</summary>
internal sealed class FactReader(TimeProvider time)
{
    // A server connection that a pooler hands to one client while another holds it idle is shared. Others may take it in between, hence several tries.
    private const int PoolerTries = 5;

    private const string Sql =
        """
        SELECT (SELECT pg_catalog.json_object_agg(name, pg_catalog.current_setting(name)) FROM pg_catalog.pg_settings
                WHERE name IN ('standard_conforming_strings', 'TimeZone', 'DateStyle', 'IntervalStyle', 'bytea_output', 'search_path',
                               'default_text_search_config', 'default_transaction_isolation', 'default_transaction_read_only', 'row_security',
                               'statement_timeout', 'lc_numeric', 'lc_monetary', 'server_encoding', 'max_connections',
                               'superuser_reserved_connections', 'hot_standby_feedback', 'max_standby_streaming_delay'))::text,
               (SELECT coalesce(pg_catalog.json_object_agg(e.extname, a.default_version), '{}') FROM pg_catalog.pg_extension e
                LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname)::text,
               (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
               pg_catalog.pg_has_role('pg_monitor', 'MEMBER'),
               current_user::text
        """;

    // PostgreSQL 15 and later.
    private const string CollationSql =
        "SELECT pg_catalog.pg_database_collation_actual_version(oid) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";

    internal async Task<ServerFacts> ReadAsync(Server server, CancellationToken cancellationToken)
    {
        try
        {
            var started = time.GetTimestamp();
            var connection = await server.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
                return await ReadAsync(server, connection, time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not UserErrorException && CommandRunner.Explain(error) is { } failure)
        {
            return new(server, new() { Name = server.Name, Failure = CommandRunner.OneLine(failure), Error = error });
        }
    }

    private async Task<ServerFacts> ReadAsync(Server server, NpgsqlConnection connection, TimeSpan connectTime, CancellationToken cancellationToken)
    {
        var status = await StatusReader.ReadAsync(server.Name, connection, cancellationToken).ConfigureAwait(false);
        var clock = await CompareClocksAsync(connection, cancellationToken).ConfigureAwait(false);
        var backend = await ScalarAsync<int>(connection, "SELECT pg_catalog.pg_backend_pid()", cancellationToken).ConfigureAwait(false);
        var isBehindPooler = backend != connection.ProcessID;
        var collation = connection.PostgreSqlVersion.Major < 15
            ? null
            : await ScalarAsync<string>(connection, CollationSql, cancellationToken).ConfigureAwait(false);
        var shares = isBehindPooler && await SharesServerConnectionsAsync(server, connection, cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand(Sql, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                return new(server, status)
                {
                    ConnectTime = connectTime,
                    Clock = clock,
                    IsBehindPooler = isBehindPooler,
                    SharesServerConnections = shares,
                    CollationVersion = collation,
                    Settings = JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(0))!,
                    Extensions = JsonSerializer.Deserialize<Dictionary<string, string?>>(reader.GetString(1))!,
                    IsSuperuser = reader.GetBoolean(2),
                    IsMonitor = reader.GetBoolean(3),
                    User = reader.GetString(4),
                };
            }
        }
    }

    // The server's answer was made between the two readings of our clock.
    private async Task<(TimeSpan Ahead, TimeSpan Uncertainty)> CompareClocksAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (before, started) = (time.GetUtcNow(), time.GetTimestamp());
        var theirs = await ScalarAsync<double>(
            connection, "SELECT extract(epoch FROM pg_catalog.clock_timestamp())::float8", cancellationToken).ConfigureAwait(false);
        var half = time.GetElapsedTime(started) / 2;
        return (DateTimeOffset.UnixEpoch.AddSeconds(theirs) - (before + half), half);
    }

    private static async Task<bool> SharesServerConnectionsAsync(Server server, NpgsqlConnection first, CancellationToken cancellationToken)
    {
        var second = await server.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (second.ConfigureAwait(false))
        {
            for (var i = 0; i < PoolerTries; i++)
            {
                var one = await ScalarAsync<int>(first, "SELECT pg_catalog.pg_backend_pid()", cancellationToken).ConfigureAwait(false);
                var other = await ScalarAsync<int>(second, "SELECT pg_catalog.pg_backend_pid()", cancellationToken).ConfigureAwait(false);
                if (one == other)
                    return true;
            }
        }

        return false;
    }

    private static async Task<T?> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is T value ? value : default;
    }
}

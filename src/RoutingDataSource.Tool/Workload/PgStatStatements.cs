using System.Globalization;
using Npgsql;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tool.Workload;

/// <summary>A workload as the extension pg_stat_statements has counted it.</summary>
internal static class PgStatStatements
{
    private const string ObjectNotInPrerequisiteState = PostgresErrorCodes.ObjectNotInPrerequisiteState;

    /// <summary>Reads what ran in the connection's database, as the client sent it: not what ran inside functions.</summary>
    internal static async Task<WorkloadSource> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < 14)
            throw new UserErrorException($"the server is PostgreSQL {connection.PostgreSqlVersion.Major}: 14 or later is needed.");
        var schema = await ScalarAsync(
            connection,
            """
            SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements'
            """,
            cancellationToken).ConfigureAwait(false) as string
            ?? throw new UserErrorException(
                $"the extension pg_stat_statements is not in database {connection.Database}: put it into shared_preload_libraries, restart the server, " +
                "and run CREATE EXTENSION pg_stat_statements; or give a server log instead.");
        try
        {
            return await ReadAsync(connection, schema, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState == ObjectNotInPrerequisiteState)
        {
            throw new UserErrorException(
                "pg_stat_statements counts nothing: put it into shared_preload_libraries and restart the server; or give a server log instead.");
        }
    }

    private static async Task<WorkloadSource> ReadAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var entries = new List<WorkloadEntry>();
        long hidden = 0, begins = 0;
        var command = new NpgsqlCommand(
            $"""
            SELECT s.query, pg_catalog.sum(s.calls)::bigint, pg_catalog.sum(s.total_exec_time)::float8, pg_catalog.sum(s.rows)::bigint
            FROM {schema}.pg_stat_statements AS s /* routing workload */
            WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AND s.toplevel
            GROUP BY 1
            """,
            connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var (text, calls) = (reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetInt64(1));
                    if (text is null or "<insufficient privilege>")
                        hidden += calls;
                    else if (!text.Contains("/* routing workload */", StringComparison.Ordinal))
                        entries.Add(new(text, calls, reader.GetDouble(2), reader.GetInt64(3)));
                    if (text is not null && (text.StartsWith("BEGIN", StringComparison.OrdinalIgnoreCase) || text.StartsWith("START TRANSACTION", StringComparison.OrdinalIgnoreCase)))
                        begins += calls;
                }
            }
        }

        var notes = new List<string>();
        if (begins > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{begins} transactions were begun; their reads stay on the primary, and pg_stat_statements cannot tell which those are: the shares are upper bounds. A csvlog tells."));
        }

        if (hidden > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{hidden} calls are left out because their text is hidden: GRANT pg_read_all_stats TO the role of --connection shows them."));
        }

        if (entries.Count == 0)
            throw new UserErrorException($"pg_stat_statements has counted nothing in database {connection.Database} that this role may see: run the application first, or give another Database.");
        return new("pg_stat_statements", entries, notes);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}

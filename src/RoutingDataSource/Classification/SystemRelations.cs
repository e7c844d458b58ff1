namespace ReplicaRouting.Classification;

/// <summary>Views of PostgreSQL and its extensions whose rows are about one server or one session.</summary>
internal static class SystemRelations
{
    private static readonly NameTable PerServer = NameTable.Of(
        "pg_locks", "pg_settings", "pg_prepared_xacts", "pg_replication_slots", "pg_replication_origin_status", "pg_cursors",
        "pg_prepared_statements", "pg_file_settings", "pg_hba_file_rules", "pg_ident_file_mappings", "pg_backend_memory_contexts",
        "pg_shmem_allocations", "pg_shmem_allocations_numa", "pg_aios", "pg_config", "pg_sequences", "pg_buffercache", "pg_buffercache_numa",
        "pg_dsm_registry_allocations", "pg_available_extensions", "pg_available_extension_versions");

    /// <summary>Whether a name that begins with <c>pg_</c> is such a view. pg_statistic and pg_stats hold what ANALYZE wrote and are the same
    /// everywhere.</summary>
    internal static bool IsPerServer(ReadOnlySpan<char> name, bool quoted, out RouteReason reason)
    {
        reason = RouteReason.PerServer;
        if (quoted && name.IndexOfAnyInRange('A', 'Z') >= 0)
        {
            return false;
        }

        if (name.StartsWith("pg_stat_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("pg_statio_", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!PerServer.Contains(name, quoted: false))
        {
            return false;
        }

        if (name.Equals("pg_sequences", StringComparison.OrdinalIgnoreCase))
        {
            reason = RouteReason.SequenceRead;
        }

        return true;
    }

    internal static bool IsTemporarySchema(ReadOnlySpan<char> name, bool quoted) =>
        name.StartsWith("pg_temp", quoted ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("pg_toast_temp", quoted ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
}

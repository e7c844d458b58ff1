namespace ReplicaRouting.Classification;

/// <summary>Settings whose value is about a session or the data, and so the same on every server. What is not listed belongs to one server.</summary>
/// <remarks>Made from pg_settings of PostgreSQL 15 and 18: all of context <c>user</c> but for the state of the transaction and of recovery, and
/// those of context <c>internal</c> that describe the data. What is set in postgresql.conf alone may differ from server to server.</remarks>
internal static class ServerSettings
{
    /// <summary>Names in lower case. A name with a dot in it is an application's, unless an extension of <see cref="ServerPrefixes"/> owns it.</summary>
    internal static readonly string[] Harmless = ExtensionFunctions.Split("""
        block_size data_checksums integer_datetimes is_superuser lc_collate lc_ctype lc_messages max_function_args max_identifier_length max_index_keys
        role segment_size server_encoding server_version server_version_num session_authorization session_replication_role wal_block_size
        wal_segment_size
        application_name array_nulls backend_flush_after backslash_quote bytea_output check_function_bodies client_connection_check_interval
        client_encoding client_min_messages commit_siblings constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost
        createrole_self_grant cursor_tuple_fraction datestyle debug_logical_replication_streaming debug_parallel_query debug_pretty_print
        debug_print_parse debug_print_plan debug_print_rewritten default_statistics_target default_table_access_method default_tablespace
        default_text_search_config default_toast_compression default_transaction_deferrable default_transaction_isolation effective_cache_size
        effective_io_concurrency enable_async_append enable_bitmapscan enable_distinct_reordering enable_gathermerge
        enable_group_by_reordering enable_hashagg enable_hashjoin enable_incremental_sort enable_indexonlyscan enable_indexscan
        enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append enable_parallel_hash enable_partition_pruning
        enable_partitionwise_aggregate enable_partitionwise_join enable_presorted_aggregate enable_self_join_elimination enable_seqscan
        enable_sort enable_tidscan escape_string_warning exit_on_error extra_float_digits file_copy_method force_parallel_mode
        from_collapse_limit geqo geqo_effort geqo_generations geqo_pool_size geqo_seed geqo_selection_bias geqo_threshold
        gin_fuzzy_search_limit gin_pending_list_limit hash_mem_multiplier icu_validation_level idle_in_transaction_session_timeout
        idle_session_timeout intervalstyle io_combine_limit jit jit_above_cost jit_expressions jit_inline_above_cost jit_optimize_above_cost
        jit_tuple_deforming join_collapse_limit lc_monetary lc_numeric lc_time lock_timeout log_parameter_max_length_on_error
        logical_decoding_work_mem maintenance_io_concurrency maintenance_work_mem max_parallel_maintenance_workers max_parallel_workers
        max_parallel_workers_per_gather min_parallel_index_scan_size min_parallel_table_scan_size parallel_leader_participation
        parallel_setup_cost parallel_tuple_cost password_encryption plan_cache_mode quote_all_identifiers random_page_cost
        recursive_worktable_factor restrict_nonsystem_relation_kind row_security scram_iterations search_path seq_page_cost
        standard_conforming_strings statement_timeout stats_fetch_consistency synchronize_seqscans synchronous_commit tcp_keepalives_count
        tcp_keepalives_idle tcp_keepalives_interval tcp_user_timeout temp_buffers temp_tablespaces timezone timezone_abbreviations
        trace_notify trace_sort transaction_timeout transform_null_equals vacuum_buffer_usage_limit vacuum_cost_delay vacuum_cost_limit
        vacuum_cost_page_dirty vacuum_cost_page_hit vacuum_cost_page_miss vacuum_failsafe_age vacuum_freeze_min_age vacuum_freeze_table_age
        vacuum_multixact_failsafe_age vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate work_mem xmlbinary
        xmloption
        """);

    /// <summary>Extensions with settings that are made in postgresql.conf.</summary>
    internal static readonly string[] ServerPrefixes = ["pg_stat_statements", "pg_prewarm", "cron", "basic_archive", "sepgsql", "timescaledb", "citus", "pgaudit"];

    private static readonly NameTable Names = NameTable.Of(Harmless);
    private static readonly NameTable Prefixes = NameTable.Of(ServerPrefixes);

    /// <summary>Whether a setting may have another value on another server of the same cluster.</summary>
    internal static bool TellServersApart(ReadOnlySpan<char> setting)
    {
        var dot = setting.IndexOf('.');
        return dot < 0 ? !Names.Contains(setting, quoted: false) : Prefixes.Contains(setting[..dot], quoted: false);
    }
}

namespace ReplicaRouting.Classification;

/// <summary>Every function of pg_catalog that must run on the primary, and why.</summary>
/// <remarks>Made from the volatile functions of pg_proc of PostgreSQL 14.23, 15.18, 16.14, 17.10 and 18.4, and from those stable and immutable ones whose
/// answer is about one server or one session. An integration test fails when the running server has a volatile function that neither this
/// table nor <see cref="HarmlessFunctions.Volatile"/> knows.</remarks>
internal static class RefusedFunctions
{
    internal static readonly (RouteReason Reason, NameFlags Flags, string Names)[] Groups =
    [
        // They run a query or read relations that are named in an argument.
        (RouteReason.HiddenStatement, NameFlags.None, """
            cursor_to_xml cursor_to_xmlschema database_to_xml database_to_xml_and_xmlschema query_to_xml query_to_xml_and_xmlschema
            query_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema table_to_xml table_to_xml_and_xmlschema ts_rewrite ts_stat
            """),
        // The answer is about one server, its files or the session on it; or refused in recovery.
        (RouteReason.PerServer, NameFlags.None, """
            inet_client_addr inet_client_port inet_server_addr inet_server_port pg_available_wal_summaries pg_backend_pid
            pg_backup_start_time pg_blocking_pids pg_conf_load_time pg_config pg_control_checkpoint pg_control_init pg_control_recovery
            pg_control_system pg_current_logfile pg_current_snapshot pg_current_wal_flush_lsn pg_current_wal_insert_lsn
            pg_current_wal_lsn pg_current_xact_id pg_current_xact_id_if_assigned pg_cursor pg_get_aios pg_get_backend_memory_contexts
            pg_get_loaded_modules pg_get_replication_slots pg_get_shmem_allocations pg_get_shmem_allocations_numa
            pg_get_wal_replay_pause_state pg_get_wal_summarizer_state pg_hba_file_rules pg_ident_file_mappings pg_is_in_backup
            pg_is_in_recovery pg_is_wal_replay_paused pg_isolation_test_session_is_blocked pg_jit_available pg_last_committed_xact
            pg_last_wal_receive_lsn pg_last_wal_replay_lsn pg_last_xact_replay_timestamp pg_listening_channels pg_lock_status
            pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir
            pg_ls_tmpdir pg_ls_waldir pg_notification_queue_usage pg_numa_available pg_postmaster_start_time pg_prepared_statement
            pg_prepared_xact pg_read_binary_file pg_read_file pg_replication_origin_progress pg_replication_origin_session_is_setup
            pg_replication_origin_session_progress pg_safe_snapshot_blocking_pids pg_show_all_file_settings pg_show_all_settings
            pg_show_replication_origin_status pg_stat_file pg_stat_get_activity pg_stat_get_analyze_count pg_stat_get_archiver
            pg_stat_get_autoanalyze_count pg_stat_get_autovacuum_count pg_stat_get_backend_activity pg_stat_get_backend_activity_start
            pg_stat_get_backend_client_addr pg_stat_get_backend_client_port pg_stat_get_backend_dbid pg_stat_get_backend_idset
            pg_stat_get_backend_io pg_stat_get_backend_pid pg_stat_get_backend_start pg_stat_get_backend_subxact
            pg_stat_get_backend_userid pg_stat_get_backend_wait_event pg_stat_get_backend_wait_event_type pg_stat_get_backend_wal
            pg_stat_get_backend_xact_start pg_stat_get_bgwriter_buf_written_checkpoints pg_stat_get_bgwriter_buf_written_clean
            pg_stat_get_bgwriter_maxwritten_clean pg_stat_get_bgwriter_requested_checkpoints pg_stat_get_bgwriter_stat_reset_time
            pg_stat_get_bgwriter_timed_checkpoints pg_stat_get_blocks_fetched pg_stat_get_blocks_hit pg_stat_get_buf_alloc
            pg_stat_get_buf_fsync_backend pg_stat_get_buf_written_backend pg_stat_get_checkpoint_sync_time
            pg_stat_get_checkpoint_write_time pg_stat_get_checkpointer_buffers_written pg_stat_get_checkpointer_num_performed
            pg_stat_get_checkpointer_num_requested pg_stat_get_checkpointer_num_timed pg_stat_get_checkpointer_restartpoints_performed
            pg_stat_get_checkpointer_restartpoints_requested pg_stat_get_checkpointer_restartpoints_timed
            pg_stat_get_checkpointer_slru_written pg_stat_get_checkpointer_stat_reset_time pg_stat_get_checkpointer_sync_time
            pg_stat_get_checkpointer_write_time pg_stat_get_db_active_time pg_stat_get_db_blk_read_time pg_stat_get_db_blk_write_time
            pg_stat_get_db_blocks_fetched pg_stat_get_db_blocks_hit pg_stat_get_db_checksum_failures pg_stat_get_db_checksum_last_failure
            pg_stat_get_db_conflict_all pg_stat_get_db_conflict_bufferpin pg_stat_get_db_conflict_lock
            pg_stat_get_db_conflict_logicalslot pg_stat_get_db_conflict_snapshot pg_stat_get_db_conflict_startup_deadlock
            pg_stat_get_db_conflict_tablespace pg_stat_get_db_deadlocks pg_stat_get_db_idle_in_transaction_time
            pg_stat_get_db_numbackends pg_stat_get_db_parallel_workers_launched pg_stat_get_db_parallel_workers_to_launch
            pg_stat_get_db_session_time pg_stat_get_db_sessions pg_stat_get_db_sessions_abandoned pg_stat_get_db_sessions_fatal
            pg_stat_get_db_sessions_killed pg_stat_get_db_stat_reset_time pg_stat_get_db_temp_bytes pg_stat_get_db_temp_files
            pg_stat_get_db_tuples_deleted pg_stat_get_db_tuples_fetched pg_stat_get_db_tuples_inserted pg_stat_get_db_tuples_returned
            pg_stat_get_db_tuples_updated pg_stat_get_db_xact_commit pg_stat_get_db_xact_rollback pg_stat_get_dead_tuples
            pg_stat_get_function_calls pg_stat_get_function_self_time pg_stat_get_function_total_time pg_stat_get_ins_since_vacuum
            pg_stat_get_io pg_stat_get_last_analyze_time pg_stat_get_last_autoanalyze_time pg_stat_get_last_autovacuum_time
            pg_stat_get_last_vacuum_time pg_stat_get_lastscan pg_stat_get_live_tuples pg_stat_get_mod_since_analyze pg_stat_get_numscans
            pg_stat_get_progress_info pg_stat_get_recovery_prefetch pg_stat_get_replication_slot pg_stat_get_slru
            pg_stat_get_snapshot_timestamp pg_stat_get_subscription pg_stat_get_subscription_stats pg_stat_get_total_analyze_time
            pg_stat_get_total_autoanalyze_time pg_stat_get_total_autovacuum_time pg_stat_get_total_vacuum_time pg_stat_get_tuples_deleted
            pg_stat_get_tuples_fetched pg_stat_get_tuples_hot_updated pg_stat_get_tuples_inserted pg_stat_get_tuples_newpage_updated
            pg_stat_get_tuples_returned pg_stat_get_tuples_updated pg_stat_get_vacuum_count pg_stat_get_wal pg_stat_get_wal_receiver
            pg_stat_get_wal_senders pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls
            pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans
            pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated
            pg_stat_get_xact_tuples_inserted pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned
            pg_stat_get_xact_tuples_updated pg_stat_have_stats pg_wal_summary_contents pg_walfile_name pg_walfile_name_offset
            txid_current txid_current_if_assigned txid_current_snapshot
            """),
        // Files and libraries of one server; and transactions that a replica has not heard of yet, of which it says that they were aborted.
        (RouteReason.PerServer, NameFlags.None, """
            pg_available_extension_versions pg_available_extensions pg_collation_actual_version pg_database_collation_actual_version
            pg_extension_update_paths pg_xact_status txid_status
            """),
        // Harmless for a literal name that does not tell servers apart.
        (RouteReason.PerServer, NameFlags.CurrentSetting, """
            current_setting
            """),
        // A replica shows values that the primary has not handed out yet.
        (RouteReason.SequenceRead, NameFlags.None, """
            pg_get_sequence_data pg_sequence_last_value
            """),
        // Tied to the session or transaction that calls them, and nothing is left behind.
        (RouteReason.SessionState, NameFlags.None, """
            currval lastval pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared pg_advisory_xact_lock
            pg_advisory_xact_lock_shared pg_export_snapshot pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
            """),
        // They leave something with the session: locks, the random generator's seed, a replication origin.
        (RouteReason.SessionState, NameFlags.LeavesState, """
            pg_advisory_lock pg_advisory_lock_shared pg_replication_origin_session_reset pg_replication_origin_session_setup
            pg_try_advisory_lock pg_try_advisory_lock_shared setseed
            """),
        // Leaves a setting with the session, unless its third argument is true.
        (RouteReason.SessionState, NameFlags.SetConfig, """
            set_config
            """),
        // They write, signal, or act on the server; or their harmlessness is not proven.
        (RouteReason.VolatileFunction, NameFlags.None, """
            RI_FKey_cascade_del RI_FKey_cascade_upd RI_FKey_check_ins RI_FKey_check_upd RI_FKey_noaction_del RI_FKey_noaction_upd
            RI_FKey_restrict_del RI_FKey_restrict_upd RI_FKey_setdefault_del RI_FKey_setdefault_upd RI_FKey_setnull_del
            RI_FKey_setnull_upd binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension
            binary_upgrade_logical_slot_has_caught_up binary_upgrade_replorigin_advance binary_upgrade_set_missing_value
            binary_upgrade_set_next_array_pg_type_oid binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
            binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
            binary_upgrade_set_next_multirange_array_pg_type_oid binary_upgrade_set_next_multirange_pg_type_oid
            binary_upgrade_set_next_pg_authid_oid binary_upgrade_set_next_pg_enum_oid binary_upgrade_set_next_pg_tablespace_oid
            binary_upgrade_set_next_pg_type_oid binary_upgrade_set_next_toast_pg_class_oid binary_upgrade_set_next_toast_relfilenode
            binary_upgrade_set_record_init_privs brin_desummarize_range brin_summarize_new_values brin_summarize_range brinhandler
            bthandler dsnowball_init dsnowball_lexize gin_clean_pending_list ginhandler gisthandler hashhandler heap_tableam_handler
            lo_close lo_creat lo_create lo_from_bytea lo_import lo_lseek lo_lseek64 lo_open lo_put lo_tell lo_tell64 lo_truncate
            lo_truncate64 lo_unlink loread lowrite nextval pg_backup_start pg_backup_stop pg_cancel_backend pg_clear_attribute_stats
            pg_clear_relation_stats pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_create_logical_replication_slot
            pg_create_physical_replication_slot pg_create_restore_point pg_drop_replication_slot pg_extension_config_dump
            pg_import_system_collations pg_log_backend_memory_contexts pg_log_standby_snapshot pg_logical_emit_message
            pg_logical_slot_get_binary_changes pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes
            pg_logical_slot_peek_changes pg_nextoid pg_notify pg_promote pg_read_file_old pg_reload_conf pg_replication_origin_advance
            pg_replication_origin_create pg_replication_origin_drop pg_replication_origin_xact_reset pg_replication_origin_xact_setup
            pg_replication_slot_advance pg_restore_attribute_stats pg_restore_relation_stats pg_rotate_logfile pg_rotate_logfile_old
            pg_start_backup pg_stat_clear_snapshot pg_stat_force_next_flush pg_stat_reset pg_stat_reset_backend_stats
            pg_stat_reset_replication_slot pg_stat_reset_shared pg_stat_reset_single_function_counters
            pg_stat_reset_single_table_counters pg_stat_reset_slru pg_stat_reset_subscription_stats pg_stop_backup
            pg_stop_making_pinned_objects pg_switch_wal pg_sync_replication_slots pg_terminate_backend pg_wal_replay_pause
            pg_wal_replay_resume plpgsql_call_handler plpgsql_inline_handler plpgsql_validator setval spghandler
            suppress_redundant_updates_trigger tsvector_update_trigger tsvector_update_trigger_column unique_key_recheck
            """),
        // They write where no transaction can undo it.
        (RouteReason.VolatileFunction, NameFlags.ReachesOutside, """
            lo_export
            """),
    ];
}

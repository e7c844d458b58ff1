namespace ReplicaRouting.Classification;

/// <summary>Settings whose value differs between a primary and its replicas, or between their sessions.</summary>
internal static class ServerSettings
{
    private static readonly NameTable Names = NameTable.Of(
        "transaction_read_only", "default_transaction_read_only", "transaction_isolation", "transaction_deferrable", "in_hot_standby", "hot_standby",
        "hot_standby_feedback", "cluster_name", "port", "listen_addresses", "unix_socket_directories", "data_directory", "config_file", "hba_file",
        "ident_file", "external_pid_file", "primary_conninfo", "primary_slot_name", "restore_command", "archive_mode", "archive_command",
        "archive_library", "archive_cleanup_command", "recovery_end_command", "recovery_min_apply_delay", "recovery_target",
        "recovery_target_action", "recovery_target_inclusive", "recovery_target_lsn", "recovery_target_name", "recovery_target_time",
        "recovery_target_timeline", "recovery_target_xid", "promote_trigger_file", "synchronous_standby_names", "synchronized_standby_slots",
        "sync_replication_slots", "max_standby_archive_delay", "max_standby_streaming_delay", "wal_receiver_timeout",
        "wal_receiver_status_interval", "wal_receiver_create_temp_slot", "wal_retrieve_retry_interval", "log_directory", "log_filename",
        "ssl_cert_file", "ssl_key_file", "ssl_ca_file", "shared_buffers", "log_destination", "logging_collector");

    internal static bool TellServersApart(ReadOnlySpan<char> setting) => Names.Contains(setting.Trim(), quoted: false);
}

BEGIN
BEGIN WORK
BEGIN TRANSACTION READ ONLY
START TRANSACTION
START TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ
BEGIN; SELECT 1; COMMIT
COMMIT
COMMIT WORK
END
END TRANSACTION
ROLLBACK
ABORT
ROLLBACK WORK
SET work_mem = '4MB'
SET SESSION work_mem TO '4MB'
SET LOCAL work_mem = '4MB'
SET TIME ZONE 'UTC'
SET search_path = public
SET ROLE postgres
SET SESSION AUTHORIZATION DEFAULT
SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY
SET TRANSACTION READ ONLY
SET CONSTRAINTS ALL DEFERRED
SET app.tenant = '5'
SET NAMES 'UTF8'
RESET work_mem
RESET ALL
SHOW work_mem
SHOW ALL
SHOW transaction_read_only
SHOW server_version
SHOW TIME ZONE
DISCARD ALL
DISCARD PLANS
DISCARD TEMP
DISCARD SEQUENCES
DEALLOCATE ALL
PREPARE reading AS SELECT 1
PREPARE reading_arg (int) AS SELECT $1
UNLISTEN *
UNLISTEN channel
LOAD 'auto_explain'
CHECKPOINT
CLOSE ALL
DECLARE held CURSOR WITH HOLD FOR SELECT 1
DO $$ BEGIN PERFORM 1; END $$
SELECT last_value FROM numbers
SELECT is_called FROM numbers
SELECT log_cnt FROM numbers
SELECT "last_value" FROM "Quoted Numbers"
SELECT n.last_value + 1 FROM numbers n
SELECT * FROM numbers
TABLE numbers
SELECT * FROM "Quoted Numbers"
SELECT x.* FROM customers c, public.numbers x
COPY (SELECT last_value FROM numbers) TO STDOUT
SELECT * FROM (SELECT last_value, is_called FROM numbers) q
SELECT * FROM pg_sequences
SELECT sequencename, last_value FROM pg_sequences
SELECT * FROM locker
SELECT * FROM activity
SELECT pid, state, query FROM pg_stat_activity
SELECT * FROM pg_catalog.pg_stat_activity WHERE pid <> pg_backend_pid()
SELECT count(*) FROM PG_STAT_ACTIVITY
SELECT * FROM "pg_stat_activity"
SELECT * FROM pg_stat_replication
SELECT * FROM pg_stat_wal_receiver
SELECT * FROM pg_stat_user_tables
SELECT * FROM pg_stat_all_indexes
SELECT * FROM pg_stat_database
SELECT * FROM pg_stat_bgwriter
SELECT * FROM pg_stat_ssl
SELECT * FROM pg_stat_archiver
SELECT * FROM pg_stat_progress_vacuum
SELECT * FROM pg_stat_xact_user_tables
SELECT * FROM pg_statio_user_tables
SELECT * FROM pg_statio_all_sequences
SELECT * FROM pg_locks
SELECT l.* FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
SELECT * FROM pg_prepared_xacts
SELECT * FROM pg_settings WHERE name = 'work_mem'
SELECT * FROM pg_replication_slots
SELECT * FROM pg_replication_origin_status
SELECT * FROM pg_cursors
SELECT * FROM pg_prepared_statements
SELECT * FROM pg_file_settings
SELECT * FROM pg_hba_file_rules
SELECT * FROM pg_ident_file_mappings
SELECT * FROM pg_backend_memory_contexts
SELECT * FROM pg_shmem_allocations
SELECT * FROM pg_config
EXPLAIN ANALYZE SELECT * FROM pg_stat_activity
COPY (SELECT * FROM pg_locks) TO STDOUT
WITH a AS (SELECT * FROM pg_stat_activity) SELECT count(*) FROM a
SELECT * FROM (SELECT 1 AS x) q, LATERAL (SELECT pg_advisory_lock(1)) l
SELECT pg_advisory_unlock_all(); SELECT 1
SELECT checked '5'
SELECT 5::checked
SELECT CAST(5 AS checked)
SELECT 5::public.checked
SELECT 5::"checked"
SELECT home::macaddr FROM customers LIMIT 1
SELECT CAST(home AS macaddr) FROM customers LIMIT 1
SELECT macaddr(home) FROM customers LIMIT 1
ALTER SYSTEM SET work_mem = '4MB'
MERGE INTO ONLY edges USING (SELECT 1) s ON false WHEN NOT MATCHED THEN DO NOTHING
/* route: primary */ SELECT 1
-- route: primary\n\nSELECT 2
-- page\n-- route: primary\nSELECT 3
/* ROUTE : PRIMARY */SELECT 4
/* route: replica */ /* route: primary */ SELECT 5
/* route: replica */ SELECT pg_advisory_unlock_all()
SELECT * FROM pg_available_extensions LIMIT 1
SELECT count(*) FROM pg_catalog.pg_available_extension_versions
SELECT txid_status(1)
SELECT pg_xact_status('5'::xid8)
SELECT current_setting('max_connections')
SELECT current_setting('hot_standby')
SELECT '7'::checked
SELECT 7::checked_again
SELECT ROW(7)::holds_checked
SELECT * FROM json_to_recordset('[{"a":7}]') AS q(a checked_again)
SELECT * FROM checked_view
SELECT * FROM settings_view
SELECT last_value FROM numbers
SELECT (ARRAY[1, 2])[1:last_value] FROM numbers
SELECT 5::locks_here

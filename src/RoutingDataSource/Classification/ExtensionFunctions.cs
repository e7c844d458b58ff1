namespace ReplicaRouting.Classification;

/// <summary>Functions of well-known extensions.</summary>
internal static class ExtensionFunctions
{
    /// <summary>Refused under whatever schema they are called without naming one, also before a server was asked.</summary>
    internal static readonly (RouteReason Reason, NameFlags Flags, string Names)[] Refused =
    [
        // What they do happens on another server, outside of this transaction. A named connection stays with the session.
        (RouteReason.VolatileFunction, NameFlags.ReachesOutside | NameFlags.LeavesState, "dblink_connect dblink_connect_u dblink_open dblink_send_query"),
        (RouteReason.VolatileFunction, NameFlags.ReachesOutside, """
            dblink dblink_exec dblink_fetch dblink_close dblink_disconnect dblink_cancel_query dblink_get_result dblink_get_notify dblink_is_busy
            dblink_get_connections dblink_error_message http http_get http_post http_put http_patch http_delete http_head urlencode_post
            pg_file_write pg_file_rename pg_file_unlink pg_file_sync pg_background_launch plproxy
            """),

        // They act on the server that runs them, or tell of it.
        (RouteReason.VolatileFunction, NameFlags.None, """
            pg_stat_statements_reset pg_buffercache_evict pg_buffercache_evict_all pg_buffercache_evict_relation autoprewarm_dump_now
            autoprewarm_start_worker pg_prewarm pg_truncate_visibility_map heap_force_freeze heap_force_kill bt_index_parent_check
            postgres_fdw_disconnect postgres_fdw_disconnect_all lo_manage isn_weak
            """),
        (RouteReason.SessionState, NameFlags.LeavesState, "set_limit"),
        (RouteReason.PerServer, NameFlags.None, """
            pg_stat_statements pg_stat_statements_info pg_buffercache_pages pg_buffercache_summary pg_buffercache_usage_counts pg_buffercache_numa_pages
            pg_old_snapshot_time_mapping postgres_fdw_get_connections ssl_is_used ssl_version ssl_cipher ssl_client_cert_present ssl_client_serial
            ssl_client_dn ssl_issuer_dn ssl_client_dn_field ssl_issuer_field ssl_extension_info pgrowlocks pg_logdir_ls
            """),

        // They run a query that is given as text.
        (RouteReason.HiddenStatement, NameFlags.None, "crosstab crosstab2 crosstab3 crosstab4 crosstabn connectby xpath_table"),
    ];

    /// <summary>Harmless functions of extensions, believed by name only until a server was asked: from then on the server says what a name is.</summary>
    internal const string Harmless = """
        uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_url uuid_ns_oid uuid_ns_x500
        gen_random_bytes gen_salt crypt digest hmac pgp_sym_encrypt pgp_sym_decrypt pgp_pub_encrypt pgp_pub_decrypt armor dearmor
        similarity word_similarity strict_word_similarity show_trgm unaccent levenshtein levenshtein_less_equal metaphone dmetaphone dmetaphone_alt
        soundex daitch_mokotoff normal_rand
        pgp_sym_encrypt_bytea pgp_sym_decrypt_bytea pgp_pub_encrypt_bytea pgp_pub_decrypt_bytea pgp_key_id pgp_armor_headers citext
        hstore akeys avals skeys svals hstore_to_json hstore_to_json_loose hstore_to_jsonb hstore_to_jsonb_loose hstore_to_array hstore_to_matrix
        encrypt decrypt encrypt_iv decrypt_iv lo_oid ltree2text text2ltree nlevel subltree subpath ll_to_earth earth_distance earth_box gc_to_sec sec_to_gc
        """;

    /// <summary>Operators of pgvector, pg_trgm, hstore, ltree, intarray, cube, earthdistance, PostGIS, RUM, PGroonga and pg_search, believed until a
    /// server was asked.</summary>
    internal const string HarmlessOperators = """
        <-> <#> <=> <+> <~> <%> %> <% <<% %>> <->> <<-> <->>> <<<-> #= %% %# ?@> ?<@ ?~ ?@ ^@> ^<@ ^~ ^@ ^? @@@ ~> <@> ~~= @~ <<->> <<#>> |=| &/& ~==
        ~~ @>> <<@ <=| |=> &@ &@~ &@* &@| &^ &^~ &^| &` &~ &? ||| ### &&& ~@ @~~ =~ !~@ |@
        """;

    internal static string[] Split(string names) => names.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
}

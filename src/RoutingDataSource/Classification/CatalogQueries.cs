namespace ReplicaRouting.Classification;

/// <summary>The queries by which a server tells what cannot be seen in a statement's text. They read system catalogs that are open to every role,
/// and use nothing that PostgreSQL 14 does not have.</summary>
internal static class CatalogQueries
{
    /// <summary>Functions of extensions that pg_proc marks volatile and whose effect is nothing but an answer. The server proves that the function
    /// is the extension's own.</summary>
    private const string HarmlessExtensionFunctions = """
        ('uuid-ossp', 'uuid_generate_v1'), ('uuid-ossp', 'uuid_generate_v1mc'), ('uuid-ossp', 'uuid_generate_v4'),
        ('pgcrypto', 'gen_random_bytes'), ('pgcrypto', 'gen_random_uuid'), ('pgcrypto', 'gen_salt'), ('pgcrypto', 'fips_mode'),
        ('pgcrypto', 'pgp_sym_encrypt'), ('pgcrypto', 'pgp_sym_encrypt_bytea'), ('pgcrypto', 'pgp_pub_encrypt'),
        ('pgcrypto', 'pgp_pub_encrypt_bytea'), ('tablefunc', 'normal_rand'), ('tsm_system_rows', 'system_rows'), ('tsm_system_time', 'system_time'),
        ('intagg', 'int_agg_state'), ('intagg', 'int_agg_final_array'), ('pgstattuple', 'pgstattuple'), ('pgstattuple', 'pgstatindex'),
        ('xml2', 'xslt_process'), ('postgis', 'st_generatepoints')
        """;

    /// <summary>Functions, operators and types, as (schema, name, whether any of that name is or calls a volatile function). An operator's name is
    /// its characters; a type is listed when a cast to it, or a domain's check, calls a volatile function.</summary>
    internal const string Functions = $"""
        SELECT n.nspname::text, p.proname::text, pg_catalog.bool_or((p.provolatile = 'v' OR EXISTS (
                 SELECT FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc s
                   ON s.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
                 WHERE a.aggfnoid = p.oid AND s.provolatile = 'v' AND s.oid >= 16384)) AND NOT EXISTS (
                 SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                 WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e'
                   AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                   AND (e.extname::text, p.proname::text) IN ({HarmlessExtensionFunctions})))
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind <> 'p'
          AND p.prorettype NOT IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
        GROUP BY 1, 2
        UNION ALL
        SELECT n.nspname::text, o.oprname::text, pg_catalog.bool_or(p.provolatile = 'v')
        FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_proc p ON p.oid = o.oprcode JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
        WHERE n.nspname <> 'pg_catalog' GROUP BY 1, 2
        UNION ALL
        SELECT n.nspname::text, t.typname::text, true
        FROM pg_catalog.pg_cast c JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc JOIN pg_catalog.pg_type t ON t.oid = c.casttarget
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE p.provolatile = 'v'
        UNION ALL
        SELECT n.nspname::text, t.typname::text, true
        FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_type t ON t.oid = c.contypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objid = c.oid
          AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
        JOIN pg_catalog.pg_proc p ON p.oid = d.refobjid WHERE p.provolatile = 'v'
        """;

    /// <summary>Relations whose reads belong on the primary, as (schema, name, kind): S for a sequence, u for an unlogged table, v for a view or a
    /// table with a row security policy that calls what must run on the primary or reads what belongs there. pg_depend does not record what
    /// depends on built-in objects, so the stored query trees are searched for the functions and relations they name.</summary>
    internal static readonly string Relations = $$"""
        WITH RECURSIVE refused AS (
          SELECT p.oid FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
          WHERE CASE n.nspname WHEN 'pg_catalog' THEN p.proname::text = ANY ('{{{string.Join(',', RefusedNames())}}}'::pg_catalog.text[])
                               ELSE p.provolatile = 'v' END),
        trees AS (
          SELECT r.ev_class AS relation, r.ev_action::pg_catalog.text AS tree FROM pg_catalog.pg_rewrite r
          JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
          UNION ALL
          SELECT p.polrelid, p.polqual::pg_catalog.text FROM pg_catalog.pg_policy p WHERE p.polqual IS NOT NULL),
        parts AS (
          SELECT t.relation, m[1] AS what, m[2]::pg_catalog.oid AS part
          FROM trees t, pg_catalog.regexp_matches(t.tree, ':(relid|funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') m),
        bad AS (
          SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'S' OR (c.relpersistence = 'u' AND c.relkind IN ('r', 'p', 'm'))
          UNION
          SELECT p.relation FROM parts p JOIN refused f ON f.oid = p.part WHERE p.what <> 'relid'
          UNION
          SELECT p.relation FROM bad b JOIN parts p ON p.part = b.oid WHERE p.what = 'relid')
        SELECT n.nspname::text, c.relname::text, CASE WHEN c.relkind = 'S' THEN 'S' WHEN c.relpersistence = 'u' THEN 'u' ELSE 'v' END
        FROM bad b JOIN pg_catalog.pg_class c ON c.oid = b.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        """;

    private static IEnumerable<string> RefusedNames() =>
        from @group in RefusedFunctions.Groups
        where (@group.Flags & NameFlags.CurrentSetting) == 0
        from name in @group.Names.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)
        select name;
}

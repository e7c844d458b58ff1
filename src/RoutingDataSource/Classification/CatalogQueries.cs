namespace ReplicaRouting.Classification;

/// <summary>The queries by which a server tells what cannot be seen in a statement's text. They read system catalogs that are open to every role,
/// and use nothing that PostgreSQL 14 does not have.</summary>
internal static class CatalogQueries
{
    /// <summary>Begins the name of a row of <see cref="Functions"/> that stands for an implicit cast or an operator class over a volatile function:
    /// nothing in a text shows where the server calls it.</summary>
    internal const string AnywherePrefix = "(anywhere) ";

    /// <summary>Runs before the others in one batch, which is one transaction: the planner cannot estimate them, and compiling them would take ten times
    /// as long as running them.</summary>
    internal const string Settings = "SELECT pg_catalog.set_config('jit', 'off', true)";

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

    /// <summary>The functions that a stored expression calls, and the types to which it converts. Reading a column of a type converts nothing, so
    /// <c>:vartype</c> is not among the labels.</summary>
    private const string Parts = "':(relid|funcid|opfuncid|aggfnoid|winfnoid|opno|opnos|eqop|sortop|resulttype|typid|row_typeid|coltypes|funccoltypes) (?:[(]o )?([0-9]+(?: [0-9]+)*)', 'g'";

    /// <summary>refused: functions that a read must not call, which are those that say so, aggregates over such, and those with an argument or a
    /// result of a type that calls such. coerced: types whose values are checked by such a function wherever one is made; named: these, and the
    /// types to which a cast calls such a function. pg_depend does not record what depends on built-in objects, so stored expressions are
    /// searched for the functions and types they name.</summary>
    private static readonly string Common = $$"""
        WITH RECURSIVE calling AS (
          SELECT p.oid FROM pg_catalog.pg_proc p
          WHERE CASE WHEN p.oid < 16384 AND p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
                     THEN p.proname::text = ANY ('{{{string.Join(',', RefusedNames())}}}'::pg_catalog.text[])
                     ELSE (p.provolatile = 'v' OR p.proname::text = ANY ('{{{string.Join(',', RefusedExtensionNames())}}}'::pg_catalog.text[]))
                       AND NOT EXISTS (
                         SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                         WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e'
                           AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                           AND (e.extname::text, p.proname::text) IN ({{HarmlessExtensionFunctions}})) END),
        aggregating AS (
          SELECT c.oid FROM calling c
          UNION
          SELECT a.aggfnoid::pg_catalog.oid FROM pg_catalog.pg_aggregate a JOIN calling c
            ON c.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
          WHERE a.aggfnoid >= 16384),
        checks AS (
          SELECT c.contypid AS whole, pg_catalog.unnest(pg_catalog.string_to_array(m[2], ' '))::pg_catalog.oid AS part, m[1] AS what,
                 pg_catalog.pg_get_constraintdef(c.oid) AS definition
          FROM pg_catalog.pg_constraint c, pg_catalog.regexp_matches(c.conbin::pg_catalog.text, {{Parts}}) m WHERE c.contypid <> 0),
        composed AS (
          SELECT t.typbasetype AS part, t.oid AS whole FROM pg_catalog.pg_type t WHERE t.typtype = 'd'
          UNION ALL SELECT t.typelem, t.oid FROM pg_catalog.pg_type t WHERE t.typelem <> 0 AND t.typlen = -1
          UNION ALL SELECT a.atttypid, c.reltype FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
            WHERE a.attnum > 0 AND NOT a.attisdropped AND c.reltype <> 0
          UNION ALL SELECT r.rngsubtype, r.rngtypid FROM pg_catalog.pg_range r
          UNION ALL SELECT r.rngtypid, r.rngmultitypid FROM pg_catalog.pg_range r
          UNION ALL SELECT c.part, c.whole FROM checks c WHERE c.what IN ('resulttype', 'typid', 'row_typeid', 'coltypes', 'funccoltypes')),
        coerced AS (
          SELECT c.whole AS oid FROM checks c LEFT JOIN pg_catalog.pg_operator o ON o.oid = c.part AND c.what LIKE '%op%'
          JOIN aggregating a ON a.oid = CASE WHEN c.what IN ('opno', 'opnos', 'eqop', 'sortop') THEN o.oprcode::pg_catalog.oid ELSE c.part END
          WHERE c.what NOT IN ('resulttype', 'typid', 'row_typeid', 'coltypes', 'funccoltypes')
          UNION
          SELECT c.whole FROM checks c JOIN pg_catalog.pg_proc p ON p.oid = c.part AND p.proname = 'current_setting' AND p.oid < 16384
          WHERE {{ReadsServerSetting("c.definition")}}
          UNION
          SELECT t.whole FROM coerced c JOIN composed t ON t.part = c.oid),
        named AS (
          SELECT oid FROM coerced
          UNION
          SELECT c.casttarget FROM pg_catalog.pg_cast c JOIN aggregating a ON a.oid = c.castfunc
          UNION
          SELECT t.whole FROM named n JOIN composed t ON t.part = n.oid),
        refused AS (
          SELECT oid FROM aggregating
          UNION
          SELECT p.oid FROM pg_catalog.pg_proc p JOIN coerced c ON c.oid = p.prorettype OR c.oid = ANY (p.proargtypes) OR c.oid = ANY (p.proallargtypes))
        """;

    /// <summary>Functions, operators and types, as (schema, name, whether any of that name must run on the primary). An operator's name is its
    /// characters; a type is listed when a conversion to it calls what must run on the primary. Functions that convert to a type which an argument
    /// names are listed when there is such a type. What such a function does from places that no text shows has <see cref="AnywherePrefix"/> before its name.</summary>
    internal static readonly string Functions = $"""
        {Common}
        SELECT n.nspname::text, p.proname::text, pg_catalog.bool_or(p.oid IN (SELECT oid FROM refused))
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE (n.nspname NOT IN ('pg_catalog', 'information_schema') OR p.oid >= 16384) AND p.prokind <> 'p'
          AND p.prorettype NOT IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)
        GROUP BY 1, 2
        UNION ALL
        SELECT n.nspname::text, o.oprname::text, pg_catalog.bool_or(o.oprcode::pg_catalog.oid IN (SELECT oid FROM refused))
        FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
        WHERE n.nspname <> 'pg_catalog' OR o.oid >= 16384 GROUP BY 1, 2
        UNION ALL
        SELECT n.nspname::text, t.typname::text, true
        FROM named b JOIN pg_catalog.pg_type t ON t.oid = b.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        UNION ALL
        SELECT 'pg_catalog', f, true FROM (VALUES ('pg_input_is_valid'), ('pg_input_error_info')) v(f) WHERE EXISTS (SELECT FROM coerced)
        UNION ALL
        SELECT n.nspname::text, '{AnywherePrefix}' || p.proname::text, true
        FROM refused r JOIN pg_catalog.pg_proc p ON p.oid = r.oid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE c.castfunc = r.oid AND c.castcontext = 'i')
          OR EXISTS (SELECT FROM pg_catalog.pg_amproc a WHERE a.amproc = r.oid)
          OR EXISTS (SELECT FROM pg_catalog.pg_amop a JOIN pg_catalog.pg_operator o ON o.oid = a.amopopr WHERE o.oprcode = r.oid)
        """;

    /// <summary>Relations whose reads belong on the primary, as (schema, name, kind): S for a sequence, u for an unlogged table, v for a table that
    /// is a file of the server (file_fdw), for a view or a table with a row security policy that calls what must run on the primary or reads what belongs there, and for a table that has such parts;
    /// and with kind c those that have a column of the name of a sequence's columns.</summary>
    internal static readonly string Relations = $$"""
        {{Common}},
        trees AS (
          SELECT r.ev_class AS relation, r.ev_action::pg_catalog.text AS tree FROM pg_catalog.pg_rewrite r
          JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND c.relkind = 'v'
          UNION ALL
          SELECT p.polrelid, p.polqual::pg_catalog.text FROM pg_catalog.pg_policy p WHERE p.polqual IS NOT NULL AND p.polcmd IN ('*', 'r')),
        parts AS (
          SELECT DISTINCT t.relation, m[1] AS what, pg_catalog.unnest(pg_catalog.string_to_array(m[2], ' '))::pg_catalog.oid AS part
          FROM trees t, pg_catalog.regexp_matches(t.tree, {{Parts}}) m),
        holds AS (
          SELECT p.relation AS whole, p.part FROM parts p WHERE p.what = 'relid'
          UNION ALL
          SELECT i.inhparent, i.inhrelid FROM pg_catalog.pg_inherits i),
        settings AS (
          SELECT DISTINCT p.relation, CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) ELSE '' END || COALESCE((
              SELECT pg_catalog.string_agg(pg_catalog.pg_get_expr(l.polqual, l.polrelid), ' ') FROM pg_catalog.pg_policy l WHERE l.polrelid = c.oid), '') AS definition
          FROM parts p JOIN pg_catalog.pg_class c ON c.oid = p.relation
          JOIN pg_catalog.pg_proc f ON f.oid = p.part AND f.proname = 'current_setting' AND f.oid < 16384 WHERE p.what = 'funcid'),
        bad AS (
          SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'S' OR (c.relpersistence = 'u' AND c.relkind IN ('r', 'p', 'm'))
          UNION ALL
          SELECT t.ftrelid FROM pg_catalog.pg_foreign_table t JOIN pg_catalog.pg_foreign_server s ON s.oid = t.ftserver
          JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw AND w.fdwname = 'file_fdw'
          UNION
          SELECT p.relation FROM parts p JOIN refused f ON f.oid = p.part WHERE p.what IN ('funcid', 'opfuncid', 'aggfnoid', 'winfnoid')
          UNION
          SELECT p.relation FROM parts p JOIN pg_catalog.pg_operator o ON o.oid = p.part JOIN refused f ON f.oid = o.oprcode
            WHERE p.what IN ('opno', 'opnos', 'eqop', 'sortop')
          UNION
          SELECT p.relation FROM parts p JOIN coerced c ON c.oid = p.part
            WHERE p.what IN ('resulttype', 'typid', 'row_typeid', 'coltypes', 'funccoltypes')
          UNION
          SELECT s.relation FROM settings s WHERE {{ReadsServerSetting("s.definition")}}
          UNION
          SELECT h.whole FROM bad b JOIN holds h ON h.part = b.oid)
        SELECT n.nspname::text, c.relname::text, CASE WHEN c.relkind = 'S' THEN 'S' WHEN c.relpersistence = 'u' THEN 'u' ELSE 'v' END
        FROM bad b JOIN pg_catalog.pg_class c ON c.oid = b.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('information_schema', 'pg_toast') AND (n.nspname <> 'pg_catalog' OR c.oid >= 16384)
        UNION ALL
        SELECT DISTINCT n.nspname::text, c.relname::text, 'c'
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attname IN ('last_value', 'is_called', 'log_cnt') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        """;

    /// <summary>Whether a definition calls current_setting with anything but a literal that names a harmless setting.</summary>
    private static string ReadsServerSetting(string definition) => $$"""
        EXISTS (
          SELECT FROM pg_catalog.regexp_matches({{definition}}, 'current_setting[(](?:''([^'']*)''::text)?', 'g') m
          WHERE m[1] IS NULL OR NOT (
            pg_catalog.lower(m[1]) = ANY ('{{{string.Join(',', ServerSettings.Harmless)}}}'::pg_catalog.text[])
            OR (m[1] LIKE '%.%' AND pg_catalog.split_part(pg_catalog.lower(m[1]), '.', 1) <> ALL ('{{{string.Join(',', ServerSettings.ServerPrefixes)}}}'::pg_catalog.text[]))))
        """;

    private static IEnumerable<string> RefusedNames() =>
        from @group in RefusedFunctions.Groups
        where (@group.Flags & NameFlags.CurrentSetting) == 0
        from name in ExtensionFunctions.Split(@group.Names)
        select name;

    private static IEnumerable<string> RefusedExtensionNames() =>
        from @group in ExtensionFunctions.Refused
        from name in ExtensionFunctions.Split(@group.Names)
        select name;
}

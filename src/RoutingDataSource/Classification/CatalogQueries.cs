namespace ReplicaRouting.Classification;

/// <summary>The queries by which a server tells what cannot be seen in a statement's text.</summary>
internal static class CatalogQueries
{
    internal const string Functions = """
        SELECT n.nspname::text, p.proname::text, bool_or(p.provolatile = 'v')
        FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname <> 'pg_catalog' AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
        GROUP BY 1, 2
        """;

    internal const string Relations = """
        SELECT n.nspname::text, c.relname::text, CASE c.relkind WHEN 'S' THEN 'S' ELSE 'u' END
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'S' OR (c.relpersistence = 'u' AND c.relkind IN ('r', 'p', 'm'))
        """;
}

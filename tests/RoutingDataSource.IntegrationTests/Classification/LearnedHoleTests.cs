using Npgsql;
using ReplicaRouting.Classification;

namespace ReplicaRouting.IntegrationTests.Classification;

/// <summary>What a text does not show and a server's catalogs do: domains, casts, views and partitions that reach what must run on the primary.</summary>
[Collection(ClusterTests.Name)]
public sealed class LearnedHoleTests(ClusterFixture cluster)
{
    private const string Setup = """
            CREATE SCHEMA h; SET search_path = h, public;
            CREATE SEQUENCE h.sq;
            CREATE DOMAIN d1 AS int CHECK (pg_try_advisory_lock(VALUE) IS NOT NULL);
            CREATE DOMAIN d2 AS d1;
            CREATE DOMAIN dset AS int CHECK (VALUE > 0 AND current_setting('port') IS NOT NULL);
            CREATE DOMAIN dok AS int CHECK (VALUE > 0 AND current_setting('app.x', true) IS NULL);
            CREATE TYPE comp AS (a int, b d2);
            CREATE TYPE comp2 AS (c comp[]);
            CREATE VIEW v_dom AS SELECT (i)::d2 AS x FROM generate_series(1,2) i;
            CREATE VIEW v_comp AS SELECT ROW(1,2)::comp AS x;
            CREATE VIEW v_cols AS SELECT * FROM json_to_recordset('[{"a":1}]') AS q(a d1);
            CREATE VIEW v_xml AS SELECT * FROM xmltable('/a' passing ('<a>1</a>'::xml) columns x d1 path '.');
            CREATE VIEW v_set AS SELECT current_setting('port') AS x;
            CREATE VIEW v_setapp AS SELECT current_setting('app.tenant', true) AS x;
            CREATE VIEW v_setexpr AS SELECT current_setting('po' || 'rt') AS x;
            CREATE VIEW v_dok AS SELECT 1::dok AS x;
            CREATE FUNCTION takes(d1) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION takes_ok(dok) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
            CREATE TABLE tenants (id int, t text); ALTER TABLE tenants ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON tenants USING (t = current_setting('app.tenant', true));
            CREATE TABLE tenants2 (id int, t text); ALTER TABLE tenants2 ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON tenants2 USING (t = current_setting('cluster_name'));
            CREATE TABLE part (id int) PARTITION BY RANGE (id);
            CREATE UNLOGGED TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
            CREATE TABLE inh (id int); CREATE UNLOGGED TABLE inh_child () INHERITS (inh);
            CREATE AGGREGATE seta(text, bool) (SFUNC = set_config, STYPE = text, INITCOND = 'app.x');
            CREATE TABLE stats (id int, last_value numeric, is_called bool);
            """;

    private static readonly (string Sql, RouteReason Reason)[] Statements =
    [
        ("SELECT 5::h.d1", RouteReason.VolatileFunction), // a check that calls a volatile function which is built in
        ("SELECT 5::h.d2", RouteReason.VolatileFunction), // a domain over it
        ("SELECT 5::h.dset", RouteReason.VolatileFunction),
        ("SELECT 5::h.dok", RouteReason.ProvenRead),
        ("SELECT '{5}'::h._d1", RouteReason.VolatileFunction),
        ("SELECT '{5}'::h.d1[]", RouteReason.VolatileFunction),
        ("SELECT ROW(1,2)::h.comp", RouteReason.VolatileFunction),
        ("SELECT CAST(x AS h.comp2) FROM t", RouteReason.VolatileFunction),
        ("SELECT * FROM json_to_recordset('[]') AS q(a d2)", RouteReason.VolatileFunction),
        ("SELECT * FROM json_to_recordset('[]') AS q(a int, rows h.d2)", RouteReason.VolatileFunction),
        ("SELECT * FROM xmltable('/a' passing x columns x d1 path '.')", RouteReason.VolatileFunction),
        ("SELECT JSON_VALUE('1', '$' RETURNING d1)", RouteReason.VolatileFunction),
        ("SELECT pg_input_is_valid('1', 'h.d1')", RouteReason.VolatileFunction),
        ("SELECT h.takes(5)", RouteReason.VolatileFunction), // the argument is converted
        ("SELECT h.takes_ok(5)", RouteReason.ProvenRead),
        ("SELECT h.seta('a', true)", RouteReason.VolatileFunction), // an aggregate over set_config
        ("SELECT * FROM h.v_dom", RouteReason.PrimaryTable),
        ("SELECT * FROM h.v_comp", RouteReason.PrimaryTable),
        ("SELECT * FROM h.v_cols", RouteReason.PrimaryTable),
        ("SELECT * FROM h.v_xml", RouteReason.PrimaryTable),
        ("SELECT * FROM h.v_set", RouteReason.PrimaryTable),
        ("SELECT * FROM h.v_setexpr", RouteReason.PrimaryTable),
        ("SELECT * FROM h.v_setapp", RouteReason.ProvenRead),
        ("SELECT * FROM h.v_dok", RouteReason.ProvenRead),
        ("SELECT * FROM h.tenants", RouteReason.ProvenRead), // row security by a setting of the application
        ("SELECT * FROM h.tenants2", RouteReason.PrimaryTable),
        ("SELECT * FROM h.part", RouteReason.PrimaryTable), // a partition is unlogged
        ("SELECT * FROM h.inh", RouteReason.PrimaryTable),
        ("SELECT s.last_value FROM h.stats s WHERE s.is_called", RouteReason.ProvenRead), // a table's columns
        ("SELECT last_value FROM h.sq", RouteReason.SequenceRead),
        ("SELECT last_value FROM made_since", RouteReason.SequenceRead),
    ];

    [Fact]
    public async Task Classify_WhatOnlyTheCatalogsShow_IsRefused()
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, Setup);
        try
        {
            var catalog = await LearnedCatalog.LoadAsync(connection);
            Assert.False(catalog.RefusesEverything);
            Assert.Equal(Statements, Statements.Select(statement => (statement.Sql, StatementClassifier.Classify(statement.Sql, catalog).Reason)));
        }
        finally
        {
            await ExecuteAsync(connection, "DROP SCHEMA h CASCADE");
        }
    }

    [Fact]
    public async Task Classify_AFileOfTheServer_IsReadOnThePrimary()
    {
        await using var connection = await OpenAsync();
        await using (var available = new NpgsqlCommand("SELECT count(*) FROM pg_available_extensions WHERE name = 'file_fdw'", connection))
        {
            if ((long)(await available.ExecuteScalarAsync())! == 0)
            {
                return; // a server without contrib
            }
        }

        await ExecuteAsync(connection, """
            CREATE SCHEMA ff; CREATE EXTENSION file_fdw SCHEMA ff; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
            CREATE FOREIGN TABLE ff.log (line text) SERVER files OPTIONS (filename '/dev/null');
            CREATE VIEW ff.errors AS SELECT * FROM ff.log WHERE line LIKE 'ERROR%';
            """);
        try
        {
            var catalog = await LearnedCatalog.LoadAsync(connection);
            Assert.Equal(RouteReason.PrimaryTable, StatementClassifier.Classify("SELECT * FROM ff.log", catalog).Reason);
            Assert.Equal(RouteReason.PrimaryTable, StatementClassifier.Classify("SELECT * FROM ff.errors", catalog).Reason);
        }
        finally
        {
            await ExecuteAsync(connection, "DROP SCHEMA ff CASCADE");
        }
    }

    [Theory]
    [InlineData("CREATE FUNCTION aw.f(aw.s) RETURNS text VOLATILE LANGUAGE sql AS 'SELECT 1::text'; CREATE CAST (aw.s AS text) WITH FUNCTION aw.f(aw.s) AS IMPLICIT")]
    [InlineData("""
        CREATE FUNCTION aw.f(aw.s, aw.s) RETURNS int VOLATILE LANGUAGE sql AS 'SELECT 0';
        CREATE FUNCTION aw.eq(aw.s, aw.s) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR aw.= (FUNCTION = aw.eq, LEFTARG = aw.s, RIGHTARG = aw.s);
        CREATE OPERATOR CLASS aw.ops DEFAULT FOR TYPE aw.s USING btree AS OPERATOR 3 aw.=, FUNCTION 1 aw.f(aw.s, aw.s)
        """)]
    public async Task Classify_AVolatileFunctionThatNoTextShows_NothingIsARead(string create)
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, "CREATE SCHEMA aw; CREATE TYPE aw.s AS (a int);" + create);
        try
        {
            var catalog = await LearnedCatalog.LoadAsync(connection);
            Assert.Equal(RouteReason.VolatileFunction, StatementClassifier.Classify("SELECT 1", catalog).Reason);
            catalog = await LearnedCatalog.LoadAsync(connection, new ClassificationOptions { ReadOnlyFunctions = ["aw.f"] });
            Assert.True(StatementClassifier.Classify("SELECT 1", catalog).IsReadOnly);
        }
        finally
        {
            await ExecuteAsync(connection, "DROP SCHEMA aw CASCADE");
        }
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { TargetSessionAttributes = "primary", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

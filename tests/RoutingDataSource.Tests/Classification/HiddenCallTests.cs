using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

/// <summary>Calls that do not look like calls, and columns of sequences behind words of the grammar. Each of these did what it says on a server.</summary>
public sealed class HiddenCallTests
{
    [Theory]
    [InlineData("SELECT (1::bigint).pg_advisory_lock")]
    [InlineData("SELECT (id).pg_try_advisory_lock FROM t")]
    [InlineData("SELECT (1)  .\"pg_advisory_lock\"")]
    [InlineData("SELECT (1)/* */.pg_advisory_lock")]
    [InlineData("WITH a AS (SELECT (0.5::float8).setseed) SELECT * FROM a")]
    [InlineData("SELECT a[1].setseed FROM t")]
    [InlineData("SELECT $1.pg_advisory_lock")]
    [InlineData("SELECT $1 .pg_advisory_lock")]
    [InlineData("SELECT (oid).lo_unlink FROM t")]
    [InlineData("SELECT ('host=elsewhere').dblink_connect")]
    [InlineData("COPY (SELECT (1).pg_advisory_lock) TO STDOUT")]
    [InlineData("SELECT TREAT(7 AS pg_advisory_lock)")]
    [InlineData("SELECT TREAT(0 AS public.pg_cancel_backend)")]
    [InlineData("SELECT 5 BETWEEN SYMMETRIC last_value AND 10 FROM s")]
    [InlineData("SELECT trim(both last_value::text FROM '1x') FROM s")]
    [InlineData("SELECT '1' SIMILAR TO last_value::text FROM s")]
    [InlineData("SELECT 'x' LIKE 'a' ESCAPE last_value::text FROM s")]
    [InlineData("SELECT overlay('abc' PLACING last_value::text FROM 1) FROM s")]
    [InlineData("SELECT * FROM q.collation FOR UPDATE")]
    [InlineData("SELECT 1 AS collation FOR UPDATE")]
    [InlineData("SELECT $1into x")]
    [InlineData("SELECT 1 FROM t WHERE a = $1for share")]
    [InlineData("SELECT q.setseed FROM unnest(ARRAY[0.5::float8]) q")]
    [InlineData("SELECT q .setseed FROM unnest(ARRAY[0.5::float8]) q")]
    [InlineData("SELECT q.\"setseed\" FROM unnest(ARRAY[0.5::float8]) q")]
    [InlineData("SELECT \"q\".\"nextval\" FROM unnest(ARRAY['numbers'::regclass]) \"q\"")]
    [InlineData("SELECT abc, def, ghi, jkl, mno, pqr, stu, vwx, yza, bcd, efg.dblink_connect FROM unnest(ARRAY['x']) efg")]
    [InlineData("SELECT q.SETSEED FROM unnest(ARRAY[0.5::float8]) q")]
    [InlineData("SELECT 1.e5into x")]
    [InlineData("EXPLAIN (\"analyze\") SELECT pg_advisory_lock(1)")]
    [InlineData("EXPLAIN (U&\"analyze\") DELETE FROM t")]
    [InlineData("SELECT 1 FROM t LIMIT 1.e1for share")]
    [InlineData("SELECT 1 FROM t LIMIT 12.e1for share")]
    [InlineData("SELECT @last_value FROM s")]
    [InlineData("SELECT (ARRAY[1, 2])[1:last_value] FROM s")]
    [InlineData("SELECT \"last_value\" FROM s")]
    [InlineData("SELECT graph_table(a, match) FROM s")]
    public void Classify_WhatIsNoRead_IsNotProven(string sql) =>
        Assert.NotEqual(RouteReason.ProvenRead, StatementClassifier.Classify(sql, Catalogs.BuiltIn).Reason);

    [Fact]
    public void Classify_ADoubledQuoteInAFunctionsName_IsNoOtherFunction()
    {
        var catalog = new FunctionCatalog(new ClassificationOptions(), [new("s", "x", true)], [new("s", "y", 'S')]);
        Assert.False(StatementClassifier.Classify("SELECT \"x\"\"lower\"('A')", catalog).IsReadOnly);
        Assert.True(StatementClassifier.Classify("SELECT \"lower\"('A')", catalog).IsReadOnly);
    }

    [Theory]
    [InlineData("SELECT (t).a, arr[1], (x.y).z FROM t")]
    [InlineData("SELECT t0.\"Id\", t1.b FROM t AS t0, t AS t1 WHERE t0.a = $1 AND (t1.b > 1.5 OR t1.c < .5)")]
    [InlineData("SELECT collation for ('a')")]
    [InlineData("SELECT t1.a, t22.b, c3.d4 FROM t t1, u AS t22, v c3 WHERE t1.c = 1.5 AND t22.d = 2. AND c3.e5into = 3")]
    [InlineData("SELECT * FROM GRAPH_TABLE (shop MATCH (c IS customers WHERE c.id = 1)-[IS orders]->(p IS products) COLUMNS (c.name, p.name AS product))")]
    [InlineData("SELECT max(a) AS last_value, last_value(b) OVER () FROM t WHERE id = $1")]
    public void Classify_WhatLooksAlike_IsARead(string sql) =>
        Assert.Equal(RouteReason.ProvenRead, StatementClassifier.Classify(sql, Catalogs.BuiltIn).Reason);
}

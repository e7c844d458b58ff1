using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.Tests.Classification;

public sealed class FunctionCatalogTests
{
    [Theory]
    [InlineData("SELECT f(1)", RouteReason.UnknownFunction)]
    [InlineData("SELECT s.f(1)", RouteReason.UnknownFunction)]
    [InlineData("SELECT lower('A')", RouteReason.ProvenRead)]
    [InlineData("SELECT similarity('a', 'b')", RouteReason.ProvenRead)]
    [InlineData("SELECT 1 <%%> 2", RouteReason.UnknownFunction)]
    [InlineData("SELECT 1 OPERATOR(s.+) 2", RouteReason.UnknownFunction)]
    public void Classify_BeforeAServerWasAsked_UnknownIsUnknown(string sql, RouteReason reason) =>
        Assert.Equal(reason, StatementClassifier.Classify(sql, Catalogs.BuiltIn).Reason);

    [Theory]
    [InlineData("SELECT steady()", RouteReason.ProvenRead)]
    [InlineData("SELECT STEADY()", RouteReason.ProvenRead)]
    [InlineData("SELECT \"steady\"()", RouteReason.ProvenRead)]
    [InlineData("SELECT \"Steady\"()", RouteReason.UnknownFunction)]
    [InlineData("SELECT s.steady()", RouteReason.ProvenRead)]
    [InlineData("SELECT other.steady()", RouteReason.UnknownFunction)]
    [InlineData("SELECT writes()", RouteReason.VolatileFunction)]
    [InlineData("SELECT s.writes()", RouteReason.VolatileFunction)]
    [InlineData("SELECT twin()", RouteReason.VolatileFunction)] // any schema's match counts
    [InlineData("SELECT s.twin()", RouteReason.ProvenRead)]
    [InlineData("SELECT t.twin()", RouteReason.VolatileFunction)]
    [InlineData("SELECT lower('A')", RouteReason.VolatileFunction)] // shadowed
    [InlineData("SELECT pg_catalog.lower('A')", RouteReason.ProvenRead)]
    [InlineData("SELECT s.lower('A')", RouteReason.VolatileFunction)]
    [InlineData("SELECT nextval('x')", RouteReason.VolatileFunction)] // a stable namesake does not make the built-in one harmless
    [InlineData("SELECT s.nextval('x')", RouteReason.ProvenRead)]
    [InlineData("SELECT similarity('a', 'b')", RouteReason.UnknownFunction)] // the server did not name it
    [InlineData("SELECT r.writes FROM r", RouteReason.VolatileFunction)]
    [InlineData("SELECT (r).writes FROM r", RouteReason.VolatileFunction)]
    [InlineData("SELECT writes FROM r", RouteReason.ProvenRead)] // a bare name is a column
    [InlineData("SELECT * FROM public.writes", RouteReason.ProvenRead)] // a table
    [InlineData("SELECT \"CamelCase\"()", RouteReason.VolatileFunction)]
    [InlineData("SELECT CamelCase()", RouteReason.UnknownFunction)]
    [InlineData("SELECT over(1)", RouteReason.VolatileFunction)]
    [InlineData("SELECT 1 <%%> 2", RouteReason.ProvenRead)]
    [InlineData("SELECT 1 <!!> 2", RouteReason.VolatileFunction)]
    [InlineData("SELECT 1 OPERATOR(s.<!!>) 2", RouteReason.VolatileFunction)]
    [InlineData("SELECT 5::checked", RouteReason.VolatileFunction)]
    [InlineData("SELECT CAST(5 AS s.checked)", RouteReason.VolatileFunction)]
    [InlineData("SELECT checked '5'", RouteReason.VolatileFunction)]
    [InlineData("SELECT 5 AS checked", RouteReason.ProvenRead)]
    public void Classify_WithTheServersFunctions_FollowsVolatility(string sql, RouteReason reason)
    {
        var catalog = Catalogs.With(
            new UserFunction("s", "steady", false), new UserFunction("s", "writes", true), new UserFunction("s", "twin", false),
            new UserFunction("t", "twin", true), new UserFunction("s", "lower", true), new UserFunction("s", "nextval", false),
            new UserFunction("s", "CamelCase", true), new UserFunction("s", "over", true), new UserFunction("s", "<!!>", true),
            new UserFunction("s", "checked", true));
        Assert.Equal(reason, StatementClassifier.Classify(sql, catalog).Reason);
    }

    [Fact]
    public void Classify_CommonOperatorShadowed_NoPlainReadIsBelieved()
    {
        var catalog = Catalogs.With(new UserFunction("s", "+", true), new UserFunction("pg_catalog", "int4", true));
        Assert.Equal(RouteReason.VolatileFunction, StatementClassifier.Classify("SELECT a + b FROM c", catalog).Reason);
        Assert.True(StatementClassifier.Classify("SELECT a - b FROM c", catalog).IsReadOnly);
        Assert.False(StatementClassifier.Classify("SELECT a @b FROM c", Catalogs.With(new UserFunction("s", "@", true))).IsReadOnly);
        Assert.False(StatementClassifier.Classify("SELECT a =|| b FROM c", Catalogs.With(new UserFunction("s", "=||", true))).IsReadOnly);
        Assert.False(StatementClassifier.Classify("SELECT a ||| b FROM c", Catalogs.With(new UserFunction("s", "|||", true))).IsReadOnly);
        Assert.Equal(RouteReason.VolatileFunction, StatementClassifier.Classify("SELECT a::int FROM c", catalog).Reason); // another name of int4
    }

    [Theory]
    [InlineData("SELECT f()", RouteReason.ProvenRead)]
    [InlineData("SELECT s.g()", RouteReason.ProvenRead)]
    [InlineData("SELECT g()", RouteReason.ProvenRead)]
    [InlineData("SELECT h()", RouteReason.VolatileFunction)]
    [InlineData("SELECT a.any_name()", RouteReason.ProvenRead)]
    [InlineData("SELECT b.any_name()", RouteReason.VolatileFunction)]
    [InlineData("SELECT other.any_name()", RouteReason.UnknownFunction)]
    [InlineData("SELECT lower('x')", RouteReason.VolatileFunction)]
    [InlineData("SELECT \"Mixed\"()", RouteReason.ProvenRead)]
    [InlineData("SELECT mixed()", RouteReason.UnknownFunction)]
    public void Classify_WithOptions_TheyOverride(string sql, RouteReason reason)
    {
        var options = new ClassificationOptions
        {
            ReadOnlyFunctions = ["F", "s.g", "a.*", "\"Mixed\""],
            WriteFunctions = ["lower", "b.*", "s.h"],
        };
        UserFunction[] functions = [new("s", "f", true), new("s", "g", true), new("s", "h", false), new("a", "x", true), new("s", "Mixed", true)];
        Assert.Equal(reason, StatementClassifier.Classify(sql, new FunctionCatalog(options, functions)).Reason);
    }

    [Theory]
    [InlineData("SELECT * FROM audit", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM Audit", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM \"audit\" a", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM \"AUDIT\"", RouteReason.ProvenRead)]
    [InlineData("SELECT * FROM x.audit", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM a JOIN audit ON true", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM a, (b CROSS JOIN audit)", RouteReason.PrimaryTable)]
    [InlineData("SELECT audit FROM a", RouteReason.ProvenRead)]
    [InlineData("SELECT a.audit, count(audit) FROM a", RouteReason.ProvenRead)]
    [InlineData("TABLE audit", RouteReason.PrimaryTable)]
    [InlineData("COPY audit TO STDOUT", RouteReason.PrimaryTable)]
    [InlineData("EXPLAIN SELECT * FROM audit", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM ledger.book", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM book", RouteReason.ProvenRead)]
    [InlineData("SELECT * FROM money.account", RouteReason.PrimaryTable)]
    [InlineData("SELECT * FROM account", RouteReason.PrimaryTable)] // the search path may mean it
    [InlineData("SELECT * FROM other.account", RouteReason.ProvenRead)]
    [InlineData("SELECT * FROM counter", RouteReason.SequenceRead)]
    [InlineData("SELECT 1 FROM t WHERE id IN (SELECT id FROM s.counter)", RouteReason.SequenceRead)]
    [InlineData("SELECT * FROM U&\"\\0061udit\"", RouteReason.PrimaryTable)]
    public void Classify_PrimaryTables_AreKeptOnThePrimary(string sql, RouteReason reason)
    {
        var options = new ClassificationOptions { PrimaryTables = ["audit", "ledger.*", "money.account"] };
        Assert.Equal(reason, StatementClassifier.Classify(sql, new FunctionCatalog(options, [], [new("s", "counter", 'S')])).Reason);
    }

    [Theory]
    [InlineData("SELECT dblink('c', 'DELETE FROM t')")]
    [InlineData("SELECT * FROM dblink_exec('c', 'x')")]
    [InlineData("SELECT public.dblink('c', 'x')")]
    [InlineData("INSERT INTO t SELECT * FROM dblink('c', 'x') AS d(a int)")]
    [InlineData("SELECT lo_export(1, '/tmp/x')")]
    [InlineData("COPY t FROM PROGRAM 'x'")]
    [InlineData("COPY t TO '/tmp/x'")]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'x'")]
    public void ReachesOutside_TextThatActsElsewhere_IsMarked(string sql)
    {
        Assert.True(StatementClassifier.Classify(sql, Catalogs.BuiltIn).ReachesOutside);
        Assert.False(StatementClassifier.Classify(sql, Catalogs.BuiltIn).IsReadOnly);
        Assert.False(StatementClassifier.Classify("SELECT 'dblink(1)' FROM dblink", Catalogs.BuiltIn).ReachesOutside);
    }

    [Theory]
    [InlineData("SELECT * FROM dblink('c', 'SELECT 1') AS d(a int)")]
    [InlineData("SELECT * FROM public.dblink('c', 'SELECT 1') AS d(a int)")]
    [InlineData("WITH a AS (SELECT dblink('c', 'SELECT 1')) SELECT * FROM a")]
    public void ReachesOutside_AFunctionThatTheOptionsCallHarmless_IsStillMarked(string sql)
    {
        var result = StatementClassifier.Classify(sql, new FunctionCatalog(new ClassificationOptions { ReadOnlyFunctions = ["dblink", "public.*"] }, []));
        Assert.Equal((RouteReason.ProvenRead, true), (result.Reason, result.ReachesOutside));
    }

    [Theory]
    [InlineData("~~", "a LIKE 'x'", "a ILIKE 'x'")]
    [InlineData("!~~", "a NOT LIKE 'x'", "a ~ 'x'")]
    [InlineData("~~*", "a ilike 'x'", "a LIKE 'x'")]
    [InlineData("~", "a SIMILAR TO 'x'", "a LIKE 'x'")]
    [InlineData(">=", "a BETWEEN 1 AND 2", "a IN (1)")]
    [InlineData("=", "a IN (1)", "a LIKE 'x'")]
    [InlineData("=", "a IS NOT DISTINCT FROM b", "a > b")]
    [InlineData("=", "nullif(a, b) > 1", "a > 1")]
    [InlineData("=", "CASE a WHEN b THEN c END", "coalesce(a, b) > c")]
    [InlineData("<>", "a != ALL (b)", "a < b")]
    public void Classify_OperatorsThatWordsCall_AreRefusedWhereTheyAreTheUsers(string symbol, string refused, string read)
    {
        var catalog = Catalogs.With(new UserFunction("s", symbol, true));
        Assert.Equal(RouteReason.VolatileFunction, StatementClassifier.Classify($"SELECT a FROM t WHERE {refused}", catalog).Reason);
        Assert.Equal(RouteReason.ProvenRead, StatementClassifier.Classify($"SELECT a FROM t WHERE {read}", catalog).Reason);
        Assert.Equal(RouteReason.ProvenRead, StatementClassifier.Classify($"SELECT a FROM t WHERE {refused}", Catalogs.With()).Reason);
    }

    [Theory]
    [InlineData("SELECT * FROM a NATURAL JOIN b")]
    [InlineData("SELECT * FROM a JOIN b USING (c)")]
    public void Classify_JoinsByName_CallTheOperatorEqual(string sql)
    {
        Assert.False(StatementClassifier.Classify(sql, Catalogs.With(new UserFunction("s", "=", true))).IsReadOnly);
        Assert.True(StatementClassifier.Classify(sql, Catalogs.With(new UserFunction("s", "<%>", true))).IsReadOnly);
    }

    [Theory]
    [InlineData("SELECT substring(a)")]
    [InlineData("SELECT overlay(a, b)")]
    public void Classify_AUsersFunctionNamedLikeSyntax_IsCalled(string sql)
    {
        Assert.False(StatementClassifier.Classify(sql, Catalogs.With(new UserFunction("s", "substring", true), new UserFunction("s", "overlay", true))).IsReadOnly);
        Assert.True(StatementClassifier.Classify(sql, Catalogs.With(new UserFunction("s", "substring", false))).IsReadOnly);
    }

    [Theory]
    [InlineData("SELECT * FROM f() AS q(a checked)", true)]
    [InlineData("SELECT * FROM f() AS q(a int, rows s.checked[])", true)]
    [InlineData("SELECT * FROM f() AS q(rows checked)", true)]
    [InlineData("SELECT * FROM ROWS FROM (f() AS (a checked)) AS q", true)]
    [InlineData("SELECT JSON_VALUE(a, '$.b' RETURNING checked) FROM t", true)]
    [InlineData("SELECT * FROM JSON_TABLE(a, '$[*]' COLUMNS (b checked PATH '$.b')) AS q", true)]
    [InlineData("SELECT XMLSERIALIZE(CONTENT a AS checked) FROM t", true)]
    [InlineData("SELECT checked, a AS checked FROM t WHERE checked > 1 ORDER BY checked", false)]
    [InlineData("SELECT count(checked), (checked) FROM t GROUP BY checked HAVING checked IN (1)", false)]
    public void Classify_ATypeWithACheckThatCalls_IsFoundWhereTypesStand(string sql, bool refused)
    {
        var catalog = Catalogs.With(new UserFunction("s", "checked", true), new UserFunction("s", "f", false));
        Assert.Equal(refused ? RouteReason.VolatileFunction : RouteReason.ProvenRead, StatementClassifier.Classify(sql, catalog).Reason);
    }

    [Fact]
    public void Classify_NamesBeyond63Bytes_AreCutAsTheServerCutsThem()
    {
        var stored = new string('ü', 31); // 62 bytes; the next letter has two
        var catalog = new FunctionCatalog(new ClassificationOptions(), [new("s", stored, true)], [new("s", stored + "_", 'S'), new("s", new string('a', 63), 'S')]);
        Assert.Equal(RouteReason.VolatileFunction, StatementClassifier.Classify($"SELECT {stored}üüü()", catalog).Reason);
        Assert.Equal(RouteReason.VolatileFunction, StatementClassifier.Classify($"SELECT t.\"{stored}ü\" FROM t", catalog).Reason);
        Assert.Equal(RouteReason.SequenceRead, StatementClassifier.Classify($"SELECT * FROM {stored}_bc", catalog).Reason);
        Assert.Equal(RouteReason.SequenceRead, StatementClassifier.Classify($"SELECT * FROM {new string('A', 70)}", catalog).Reason);
        Assert.Equal(RouteReason.ProvenRead, StatementClassifier.Classify($"SELECT * FROM {new string('a', 62)}", catalog).Reason);
    }

    [Theory]
    [InlineData("SELECT last_value FROM stats", RouteReason.ProvenRead)]
    [InlineData("SELECT s.is_called, s.last_value FROM public.stats AS s", RouteReason.ProvenRead)]
    [InlineData("SELECT last_value FROM counter", RouteReason.SequenceRead)]
    [InlineData("SELECT last_value FROM made_since", RouteReason.SequenceRead)]
    [InlineData("SELECT 1 FROM stats; SELECT last_value FROM made_since", RouteReason.SequenceRead)]
    [InlineData("COPY (SELECT last_value FROM made_since) TO STDOUT", RouteReason.SequenceRead)]
    [InlineData("SELECT a FROM t WHERE id > @last_value", RouteReason.ProvenRead)]
    public void Classify_ColumnsNamedLikeASequences_BelongToTheTableThatHasThem(string sql, RouteReason reason)
    {
        var catalog = new FunctionCatalog(new ClassificationOptions(), [], [new("public", "stats", 'c'), new("public", "counter", 'S')]);
        Assert.Equal(reason, StatementClassifier.Classify(sql, catalog).Reason);
        Assert.Equal(RouteReason.SequenceRead, StatementClassifier.Classify(sql, Catalogs.BuiltIn).Reason);
    }

    [Theory]
    [InlineData("SELECT a <=> b, c <#> d, e #= f, g ?@> h FROM t ORDER BY a <-> b", true)]
    [InlineData("SELECT a <=!=> b FROM t", false)]
    public void Classify_OperatorsOfExtensions_AreBelievedUntilAServerWasAsked(string sql, bool read) =>
        Assert.Equal(read, StatementClassifier.Classify(sql, Catalogs.BuiltIn).IsReadOnly);

    [Theory]
    [InlineData("server_version_num", true)]
    [InlineData("TimeZone", true)]
    [InlineData("app.tenant", true)]
    [InlineData("max_connections", false)]
    [InlineData("transaction_read_only", false)]
    [InlineData("pg_stat_statements.max", false)]
    [InlineData("made_in_a_later_version", false)]
    public void Classify_CurrentSetting_IsAReadOfWhatIsTheSameEverywhere(string setting, bool read) =>
        Assert.Equal(read, StatementClassifier.Classify($"SELECT current_setting('{setting}')", Catalogs.BuiltIn).IsReadOnly);

    [Fact]
    public void Tables_HarmlessAndRefused_DoNotOverlap()
    {
        foreach (var (_, entry) in BuiltInFunctions.Entries)
        {
            Assert.NotEqual(NameFlags.Harmless | NameFlags.Refused, entry.Flags & (NameFlags.Harmless | NameFlags.Refused));
        }
    }

    [Theory]
    [InlineData("a", null, "a")]
    [InlineData("A.B", "a", "b")]
    [InlineData("\"A\".\"b\"\"c\"", "A", "b\"c")]
    [InlineData("s.*", "s", "*")]
    [InlineData("\"a.b\"", null, "a.b")]
    [InlineData(" \"A\".b ", "A", "b")]
    [InlineData("_a1$.größe", "_a1$", "größe")]
    public void Parse_NameOfAnOption_FoldsAsPostgresDoes(string text, string? schema, string name)
    {
        Assert.True(QualifiedName.IsWellFormed(text));
        Assert.Equal((schema, name), QualifiedName.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("*")]
    [InlineData("f()")]
    [InlineData("s.f(int, text)")]
    [InlineData("s.")]
    [InlineData(".f")]
    [InlineData("a.b.c")]
    [InlineData("s.f*")]
    [InlineData("my table")]
    [InlineData("a,b")]
    [InlineData("1a")]
    [InlineData("$a")]
    [InlineData("\"\"")]
    [InlineData("\"a")]
    [InlineData("\"a\"\"")]
    [InlineData("\"a\"b")]
    public void IsWellFormed_WhatNamesNothing_IsNot(string? text) => Assert.False(QualifiedName.IsWellFormed(text));
}

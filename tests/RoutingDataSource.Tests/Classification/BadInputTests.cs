using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("", RouteReason.Empty)]
    [InlineData("  \t\r\n ", RouteReason.Empty)]
    [InlineData("-- only a comment", RouteReason.Empty)]
    [InlineData("/* only */ ; ;", RouteReason.Empty)]
    [InlineData("SELECT 'a", RouteReason.Unterminated)]
    [InlineData("SELECT \"a", RouteReason.Unterminated)]
    [InlineData("SELECT 1 /* a", RouteReason.Unterminated)]
    [InlineData("SELECT $$a", RouteReason.Unterminated)]
    [InlineData("SELECT (1", RouteReason.Unterminated)]
    [InlineData("SELECT [1", RouteReason.Unterminated)]
    [InlineData("SELECT 1)", RouteReason.NotUnderstood)]
    [InlineData("SELECT (1]", RouteReason.NotUnderstood)]
    [InlineData("SELECT 1\0", RouteReason.Unterminated)]
    [InlineData("SELECT '\0'", RouteReason.Unterminated)]
    [InlineData("DELETE FROM t WHERE a = 'x", RouteReason.Unterminated)]
    [InlineData("\uFEFFSELECT 1", RouteReason.NotUnderstood)]
    [InlineData("SELECT\u00A0nextval", RouteReason.NotUnderstood)]
    [InlineData("hello", RouteReason.NotUnderstood)]
    [InlineData("(", RouteReason.Unterminated)]
    [InlineData(")", RouteReason.NotUnderstood)]
    [InlineData("1", RouteReason.NotUnderstood)]
    [InlineData("SELECT {fn now()}", RouteReason.NotUnderstood)]
    [InlineData("WITH", RouteReason.NotUnderstood)]
    [InlineData("WITH a AS", RouteReason.NotUnderstood)]
    [InlineData("WITH a AS ()", RouteReason.NotUnderstood)]
    [InlineData("WITH a AS (SELECT 1)", RouteReason.NotUnderstood)]
    [InlineData("EXPLAIN", RouteReason.NotUnderstood)]
    [InlineData("EXPLAIN (ANALYZE", RouteReason.NotUnderstood)]
    [InlineData("COPY", RouteReason.NotUnderstood)]
    [InlineData("COPY t", RouteReason.NotUnderstood)]
    [InlineData("COPY t TO", RouteReason.Write)]
    public void Classify_BadText_GoesToThePrimary(string sql, RouteReason reason)
    {
        var result = StatementClassifier.Classify(sql, Catalogs.BuiltIn);
        Assert.False(result.IsReadOnly);
        Assert.Equal(reason, result.Reason);
    }

    [Fact]
    public void Classify_HalfSurrogates_GoesToThePrimary()
    {
        Assert.Equal(RouteReason.Unterminated, StatementClassifier.Classify("SELECT '\uD83D'", Catalogs.BuiltIn).Reason);
        Assert.Equal(RouteReason.Unterminated, StatementClassifier.Classify("SELECT '\uDE00\uD83D'", Catalogs.BuiltIn).Reason);
        Assert.Equal(RouteReason.ProvenRead, StatementClassifier.Classify("SELECT '\U0001F600'", Catalogs.BuiltIn).Reason);
    }

    /// <summary>Whoever took time in the square of the length would take hours over these.</summary>
    [Theory]
    [InlineData("/*")]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("[")]
    [InlineData("'")]
    [InlineData("$a$")]
    [InlineData("$a$b")]
    [InlineData("$")]
    [InlineData("E'\\")]
    [InlineData("E'' ")]
    [InlineData("'a'\n")]
    [InlineData("\"")]
    [InlineData("-")]
    [InlineData("--\n")]
    [InlineData("/* */")]
    [InlineData("@")]
    [InlineData("name ")]
    [InlineData("name")]
    [InlineData("a.")]
    [InlineData("f(")]
    [InlineData("nextval(")]
    [InlineData("set_config(")]
    [InlineData("current_setting(")]
    [InlineData("operator(a.")]
    [InlineData("pg_locks ")]
    [InlineData("for ")]
    [InlineData("into ")]
    [InlineData("WITH a AS (")]
    [InlineData("SELECT(")]
    [InlineData(";")]
    [InlineData("CREATE BEGIN ATOMIC ")]
    [InlineData("EXPLAIN (")]
    [InlineData("\uD83D")]
    [InlineData("U&\"\\0061\" ")]
    public void Classify_AMegabyteOfTraps_AnswersAtOnce(string trap)
    {
        var text = string.Concat(Enumerable.Repeat(trap, 1_000_000 / trap.Length));
        StatementClassifier.Classify(text, Catalogs.Corpus);
        StatementClassifier.Classify("SELECT " + text, Catalogs.Corpus);
        StatementClassifier.Classify("SELECT a FROM b WHERE " + text + " c", Catalogs.Corpus);
    }

    [Fact]
    public void Classify_DollarTagsThatNeverMatch_TakesLinearTime()
    {
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"$t{i}$"));
        Assert.Equal(RouteReason.Unterminated, StatementClassifier.Classify("SELECT " + text, Catalogs.BuiltIn).Reason);
        text = "$" + new string('a', 500_000) + "$" + string.Concat(Enumerable.Repeat("$" + new string('a', 499), 1000));
        Assert.Equal(RouteReason.Unterminated, StatementClassifier.Classify("SELECT " + text, Catalogs.BuiltIn).Reason);
    }

    [Fact]
    public void Classify_ParenthesesBeyondTheBound_GoesToThePrimary()
    {
        Assert.True(StatementClassifier.Scan(Nested(StatementClassifier.MaxDepth), Catalogs.BuiltIn).IsReadOnly);
        Assert.False(StatementClassifier.Scan(Nested(StatementClassifier.MaxDepth + 1), Catalogs.BuiltIn).IsReadOnly);

        static string Nested(int depth) => "SELECT " + new string('(', depth) + "1" + new string(')', depth);
    }

    [Fact]
    public void Classify_AHundredMegabytes_Answers()
    {
        var text = string.Concat("SELECT '", new string('x', 50_000_000), "'");
        Assert.True(StatementClassifier.Classify(text, Catalogs.BuiltIn).IsReadOnly);
        Assert.False(StatementClassifier.Classify(text.AsSpan(0, text.Length - 1), Catalogs.BuiltIn).IsReadOnly);
    }
}

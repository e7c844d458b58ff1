using ReplicaRouting.Classification;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tests.Classification;

/// <summary>Statements as the tool's tables show them.</summary>
public sealed class SqlLineTests
{
    [Theory]
    [InlineData("SELECT 1", "SELECT 1")]
    [InlineData("  SELECT\r\n\t1  ", "SELECT 1")]
    [InlineData("-- GetOrders\n\nSELECT 1", "/* GetOrders */ SELECT 1")]
    [InlineData("--\rSELECT 1 -- the end", "/* */ SELECT 1 /* the end */")]
    [InlineData("SELECT 1 -- a */ b /* c\n + 2", "SELECT 1 /* a * / b / * c */ + 2")]
    [InlineData("/* one -- two\n/* three */ */ SELECT 1", "/* one -- two /* three */ */ SELECT 1")]
    [InlineData("/* a *//* -- b */--c\n/**/SELECT 1", "/* a *//* -- b *//* c */ /**/SELECT 1")]
    [InlineData("SELECT '-- no comment', \"--\"", "SELECT '-- no comment', \"--\"")]
    [InlineData("SELECT $q$ --\n $q$", "SELECT $q$ -- $q$")]
    [InlineData("SELECT 'open", "SELECT 'open")]
    [InlineData("-- only a comment", "/* only a comment */")]
    [InlineData("", "")]
    public void Of_AStatement_IsOneLineThatMeansTheSame(string sql, string expected) => Assert.Equal(expected, SqlLine.Of(sql));

    [Fact]
    public void Of_TheCorpusBehindAndBeforeComments_IsClassifiedAsBefore()
    {
        var catalog = new FunctionCatalog(new(), [], []);
        foreach (var text in Corpus.Statements.Where(text => !text.Contains('\'') && !text.Contains('$') && !text.Contains('"'))) // whose line breaks may mean something
        {
            var commented = $"-- one\n/* two */ {text.Replace(" ", " -- three\n", StringComparison.Ordinal)} -- four";
            var line = SqlLine.Of(commented);
            Assert.DoesNotContain('\n', line);
            Assert.Equal(StatementClassifier.Classify(commented, catalog).Reason, StatementClassifier.Classify(line, catalog).Reason);
        }
    }
}

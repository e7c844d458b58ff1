using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;
using ReplicaRouting.Classification;
using Xunit.Abstractions;

namespace ReplicaRouting.Tests.Classification;

/// <summary>Changes to a text that must not change its class, and changes that must. The generator is seeded: a failure names its seed.</summary>
public sealed class MetamorphicTests(ITestOutputHelper output)
{
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("ROUTING_TEST_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seed)
        ? seed
        : 20260521;

    private static readonly int Variants = Environment.GetEnvironmentVariable("ROUTING_TEST_FULL") == "1" ? 1_000_000 : 50_000;

    private static readonly string[] Trivia =
        [" ", "\n", "\t", " /* x */ ", " /* FOR UPDATE; DELETE FROM t */ ", " -- INTO y\n", "\r\n  ", " /* /* nested */ ' */ ", " /* \" */\n", " --'\n"];

    private static readonly string[] Soup =
    [
        "SELECT", "FROM", "WHERE", "(", ")", ",", ";", "WITH", "AS", "a", "\"b\"", "'c'", "1", "nextval", "lower", "FOR", "UPDATE", "INTO", "DELETE", "::",
        ".", "[", "]", "+", "@p", "$1", "$$x$$", "/*", "*/", "--", "'", "\"", "E'\\", "U&\"", "$a$", "\n", "EXPLAIN", "ANALYZE", "COPY", "TO", "STDOUT", "IN",
        "OVER", "DISTINCT", "ON", "JOIN", "LATERAL", "TABLE", "VALUES", "UNION", "CASE", "END", "BEGIN", "ATOMIC", "CREATE", "SET", "OPERATOR", "pg_locks",
        "last_value", "INSERT", "MERGE", "\0", "\uD800", "é", "{", "GROUP", "BY", "ROLLUP", "SEARCH", "CYCLE", "RECURSIVE", "current_setting", "set_config",
        "\"a\"\"lower\"(", "t1.", "1.", "e5into", "''", "@last_value", ":a", "x.", "!=", "<>", "||", "=@q", "'it''s'", "\"größe\"", "checked", "numbers",
    ];

    [Fact]
    public void Classify_HarmlessChanges_KeepTheClass() => Run((random, sql, tokens, result) =>
    {
        var changed = random.Next(5) switch
        {
            0 => WithTrivia(random, sql, tokens),
            1 => WithCase(random, sql, tokens),
            2 => WithQuotes(sql, tokens),
            3 => WithNames(sql, tokens),
            _ => sql + (random.Next(2) == 0 ? "\n;" : "\n/* end */ ; ;"),
        };
        return (changed, result.IsReadOnly);
    });

    [Fact]
    public void Classify_ParenthesesAroundAQuery_KeepTheClass() => Run((random, sql, tokens, result) =>
        IsQuery(sql, tokens) ? ($"({sql}\n)", result.IsReadOnly) : (sql, result.IsReadOnly));

    [Fact]
    public void Classify_AWriteAdded_IsNeverARead() => Run((random, sql, tokens, result) => random.Next(6) switch
    {
        0 => (sql + "\n; DELETE FROM t", false),
        1 => ("DELETE FROM t;\n" + sql, false),
        2 when IsQuery(sql, tokens) => (sql + "\nFOR UPDATE", false),
        3 when IsQuery(sql, tokens) => ($"SELECT * FROM ({sql}\n FOR NO KEY UPDATE SKIP LOCKED) q", false),
        4 when IsQuery(sql, tokens) => ($"WITH gone AS (DELETE FROM t RETURNING 1), q AS ({sql}\n) SELECT * FROM q", false),
        _ when IsQuery(sql, tokens) => ($"SELECT nextval('s'), ({sql}\n)", false),
        _ => (sql + "\n; SELECT pg_advisory_lock(1)", false),
    });

    [Fact]
    public void Classify_TheTextInAStringOrComment_IsHarmless() => Run((random, sql, tokens, result) => random.Next(4) switch
    {
        0 => ($"SELECT '{sql.Replace("'", "''", StringComparison.Ordinal)}'", true),
        1 when !sql.Contains("$zz", StringComparison.Ordinal) => ($"SELECT $zz${sql}$zz$ AS text", true),
        2 when !sql.Contains("*/", StringComparison.Ordinal) && !sql.Contains("/*", StringComparison.Ordinal) => ($"SELECT 1 /* {sql} */", true),
        3 when !sql.Contains('\n') => ($"SELECT 1 -- {sql}\n, 2", true),
        _ => ($"SELECT \"{sql.Replace("\"", "\"\"", StringComparison.Ordinal)}\" FROM t", true),
    }, onlyClean: false);

    [Fact]
    public void Classify_TokenSoup_NeverThrows()
    {
        var random = new Random(Seed);
        var text = new StringBuilder();
        var reads = 0;
        for (var i = 0; i < Variants; i++)
        {
            text.Clear();
            for (var n = random.Next(1, 30); n > 0; n--)
            {
                text.Append(Soup[random.Next(Soup.Length)]);
                if (random.Next(3) > 0)
                {
                    text.Append(' ');
                }
            }

            var sql = text.ToString();
            var result = StatementClassifier.Classify(sql, Catalogs.Corpus);
            _ = result.Token(sql);
            reads += result.IsReadOnly ? 1 : 0;
            foreach (var catalog in Catalogs.All)
            {
                sql = i % 2 == 0 ? sql : "SELECT " + sql;
                Assert.True(StatementClassifier.Scan(sql, catalog).IsReadOnly || !IsPlainSomewhere(sql, catalog), $"seed {Seed}, text {i}: {sql}");
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}: {Variants} texts, {reads} of them reads"));
    }

    [Fact]
    public void PlainRead_OnTheCorpus_SaysYesOnlyWhereTheScannerDoes()
    {
        var plain = 0;
        foreach (var sql in Corpus.Statements)
        {
            foreach (var catalog in Catalogs.All)
            {
                Assert.True(StatementClassifier.Scan(sql, catalog).IsReadOnly || !IsPlainSomewhere(sql, catalog), sql);

                if (PlainRead.Proves(sql, catalog))
                {
                    plain++;
                    Assert.True(StatementClassifier.Scan(sql, catalog).IsReadOnly, sql);
                }
            }
        }

        Assert.True(plain > 300, plain.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Vectors see a text in blocks: wherever an edge falls, the answer is the same.</summary>
    [Fact]
    public void PlainRead_AtEveryEdgeOfABlock_SaysYesOnlyWhereTheScannerDoes()
    {
        string[] traps =
        [
            "SELECT @advisory(1)", "SELECT :author\"b\" FROM t", "SELECT :author.b", "SELECT :author 'x'", "SELECT :author & 1", "SELECT @author \"b\"", "SELECT :a::int, $1into",
            "SELECT \"größe\"\"x\", a..b", "SELECT (r).nextval", "SELECT r.nextval", "SELECT 'a''b', E'\\'' FROM t", "SELECT 1.e5into x", "SELECT a<>-1, b--c",
            "SELECT a/*b*/", "SELECT x FROM t FOR UPDATE", "SELECT pg_sleep(1)", "SELECT \"pg_sleep\" (1)", "SELECT s.\"nextval\"('s')", "SELECT a INTO b", "SELECT 1;SELECT 2",
        ];
        foreach (var sql in Corpus.Statements.Where(sql => sql.StartsWith("select", StringComparison.OrdinalIgnoreCase) && sql.Length < 300).Concat(traps))
        {
            var isRead = Array.ConvertAll(Catalogs.All, catalog => StatementClassifier.Scan(sql, catalog).IsReadOnly);
            for (var shift = 0; shift < 64; shift++)
            {
                var text = sql.Insert("select".Length, new string(' ', shift));
                for (var i = 0; i < Catalogs.All.Length; i++)
                    Assert.True(isRead[i] || !IsPlainSomewhere(text, Catalogs.All[i]), $"shifted by {shift}: {sql}");
            }
        }
    }

    /// <summary>Whether a machine with other vectors, or without any, takes a text for a plain read.</summary>
    private static bool IsPlainSomewhere(string sql, FunctionCatalog catalog) =>
        PlainRead.IsCandidate(sql, catalog)
        && (PlainRead.ProvesByCharacter(sql, catalog)
            || (Vector256.IsHardwareAccelerated && PlainReadBlocks.Proves<NarrowSorter>(sql, catalog))
            || (Avx512Vbmi.IsSupported && PlainReadBlocks.Proves<WideSorter>(sql, catalog)));

    private void Run(
        Func<Random, string, List<(TokenKind Kind, int Start, int End)>, StatementClass, (string Sql, bool IsRead)> change, bool onlyClean = true)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {Seed}, {Variants} variants"));
        var texts = Corpus.Statements.Select(sql => (Sql: sql, Tokens: Tokens(sql))).Where(text => !onlyClean || IsClean(text.Sql, text.Tokens)).ToArray();
        for (var i = 0; i < Variants; i++)
        {
            var random = new Random(unchecked(Seed + i));
            var (sql, tokens) = texts[i % texts.Length];
            var (changed, isRead) = change(random, sql, tokens, StatementClassifier.Classify(sql, Catalogs.Corpus));
            var result = StatementClassifier.Classify(changed, Catalogs.Corpus);
            if (result.IsReadOnly != isRead
                || ((result.IsReadOnly || IsPlainSomewhere(changed, Catalogs.Corpus)) && !StatementClassifier.Scan(changed, Catalogs.Corpus).IsReadOnly))
            {
                Assert.Fail($"seed {Seed} + {i}: {result.Reason} [{result.Token(changed)}]\nbefore: {sql}\nafter:  {changed}");
            }
        }
    }

    private static List<(TokenKind Kind, int Start, int End)> Tokens(string sql)
    {
        var lexer = new SqlLexer(sql, standardConformingStrings: true);
        var tokens = new List<(TokenKind, int, int)>();
        for (var kind = lexer.Next(); kind != TokenKind.End; kind = lexer.Next())
        {
            tokens.Add((kind, lexer.Start, lexer.End));
        }

        return tokens;
    }

    private static bool IsClean(string sql, List<(TokenKind Kind, int Start, int End)> tokens) =>
        tokens.Count > 0
        && tokens.TrueForAll(token => token.Kind < TokenKind.Unterminated)
        && StatementClassifier.Classify(sql, Catalogs.Corpus).Hint == RouteHint.None;

    private static bool IsQuery(string sql, List<(TokenKind Kind, int Start, int End)> tokens)
    {
        var first = sql.AsSpan(tokens[0].Start, tokens[0].End - tokens[0].Start);
        return (first is "(" || first.Equals("SELECT", StringComparison.OrdinalIgnoreCase) || first.Equals("VALUES", StringComparison.OrdinalIgnoreCase)
                || first.Equals("TABLE", StringComparison.OrdinalIgnoreCase) || first.Equals("WITH", StringComparison.OrdinalIgnoreCase))
            && !tokens.Exists(token => token.Kind == TokenKind.Semicolon);
    }

    private static string WithTrivia(Random random, string sql, List<(TokenKind Kind, int Start, int End)> tokens) =>
        Rewrite(sql, tokens, (i, token) => i == tokens.Count - 1 ? token : token + " " + Trivia[random.Next(Trivia.Length)]);

    private static string WithCase(Random random, string sql, List<(TokenKind Kind, int Start, int End)> tokens) =>
        Rewrite(sql, tokens, (i, token) => tokens[i].Kind == TokenKind.Word
            ? string.Concat(token.Select(c => random.Next(2) == 0 ? char.ToUpperInvariant(c) : char.IsAscii(c) ? char.ToLowerInvariant(c) : c))
            : token);

    private static string WithQuotes(string sql, List<(TokenKind Kind, int Start, int End)> tokens) =>
        sql.StartsWith("EXPLAIN", StringComparison.OrdinalIgnoreCase)
            ? sql
            : Rewrite(sql, tokens, (i, token) => tokens[i].Kind == TokenKind.Word && !Keywords.Contains(token)
                && !IsFollowedByString(sql, tokens, i) ? $"\"{QualifiedName.FoldText(token)}\"" : token);

    private static bool IsFollowedByString(string sql, List<(TokenKind Kind, int Start, int End)> tokens, int i) =>
        i + 1 < tokens.Count && tokens[i + 1].Kind == TokenKind.String && tokens[i + 1].Start == tokens[i].End;

    private static string WithNames(string sql, List<(TokenKind Kind, int Start, int End)> tokens) =>
        Rewrite(sql, tokens, (_, token) => token switch
        {
            "customers" or "\"customers\"" => "clients",
            "orders" => "\"Orders of 2024\"",
            "c" => "outer_alias_1",
            "\"Products\"" => "\"Into; For Update\"",
            _ => token,
        });

    private static string Rewrite(string sql, List<(TokenKind Kind, int Start, int End)> tokens, Func<int, string, string> rewrite)
    {
        var text = new StringBuilder();
        var end = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            text.Append(sql, end, tokens[i].Start - end).Append(rewrite(i, sql[tokens[i].Start..tokens[i].End]));
            end = tokens[i].End;
        }

        return text.Append(sql, end, sql.Length - end).ToString();
    }

    private static readonly HashSet<string> Keywords = new(
        $"{SqlKeywords.NeverFunctions} {SqlKeywords.MaybeFunctions}".Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries),
        StringComparer.OrdinalIgnoreCase);
}

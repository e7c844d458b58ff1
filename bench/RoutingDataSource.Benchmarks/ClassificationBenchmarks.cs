using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.Benchmarks;

/// <summary>What it costs to know whether a text is a read.</summary>
[MemoryDiagnoser]
public partial class ClassificationBenchmarks
{
    /// <summary>What EF Core writes for a filtered, ordered and limited join: 215 characters.</summary>
    private const string EfSelect =
        """
        SELECT p."Id", p."Name", p."Price", p."CategoryId", c."Name" AS "CategoryName" FROM "Products" AS p INNER JOIN "Categories" AS c ON p."CategoryId" = c."Id" WHERE p."Price" > @__price_0 ORDER BY p."Name" LIMIT @__p_1
        """;

    private static readonly string Tagged = "-- GetProducts\n\n" + EfSelect;
    private static readonly string InList = "SELECT * FROM t WHERE id IN (" + string.Join(", ", Enumerable.Range(100_000, 12_500)) + ")";
    private static readonly string Literals = "SELECT * FROM t WHERE name IN (" + string.Join(", ", Enumerable.Range(0, 2_500).Select(i => $"'some text of a customer {i}'")) + ")";
    private static readonly string Columns = "SELECT " + string.Join(", ", Enumerable.Range(0, 7_000).Select(i => $"p.\"Column{i}\"")) + " FROM \"Products\" AS p";

    private readonly FunctionCatalog _catalog = new(new ClassificationOptions(), null);
    private readonly FunctionCatalog _learned = new(
        new ClassificationOptions(),
        [.. Enumerable.Range(0, 200).Select(i => new UserFunction("public", $"function_{i}", i % 2 == 0))],
        [.. Enumerable.Range(0, 200).Select(i => new PrimaryRelation("public", $"table_{i}_id_seq", 'S'))]);

    private readonly string[] _copies = [.. Enumerable.Range(0, 4096).Select(_ => new string(EfSelect))];
    private ClassificationCache _cache = null!;
    private int _next;

    [GlobalSetup]
    public void Fill()
    {
        _cache = new ClassificationCache(_catalog);
        _cache.Classify(EfSelect);
    }

    [Benchmark(Description = "EF Core SELECT, not seen before")]
    public StatementClass New() => StatementClassifier.Classify(EfSelect, _catalog);

    [Benchmark(Description = "the same with 400 learned names")]
    public StatementClass NewLearned() => StatementClassifier.Classify(EfSelect, _learned);

    [Benchmark(Description = "the same with a tag, by the full scanner")]
    public StatementClass NewTagged() => StatementClassifier.Classify(Tagged, _catalog);

    [Benchmark(Description = "seen before, by reference")]
    public StatementClass ByReference() => _cache.Classify(EfSelect);

    [Benchmark(Description = "seen before, another string object")]
    public StatementClass ByContent() => _cache.Classify(_copies[_next++ & 4095]);

    [Benchmark(Description = "100 KB: a list of numbers")]
    public StatementClass Numbers() => StatementClassifier.Classify(InList, _catalog);

    [Benchmark(Description = "100 KB: a list of strings")]
    public StatementClass Strings() => StatementClassifier.Classify(Literals, _catalog);

    [Benchmark(Description = "100 KB: a list of quoted columns")]
    public StatementClass Names() => StatementClassifier.Classify(Columns, _catalog);

    [Benchmark(Description = "EF Core SELECT, a usual regular expression")]
    public bool Expression() => UsualRead().IsMatch(EfSelect) && !UsualWrite().IsMatch(_copies[0]);

    /// <summary>What is found in blogs and drivers; it takes nextval and SELECT INTO for reads.</summary>
    [GeneratedRegex(@"^\s*(--[^\n]*\n|/\*.*?\*/|\s)*\(*\s*(SELECT|WITH|VALUES|TABLE|SHOW|EXPLAIN)\b", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex UsualRead();

    [GeneratedRegex(@"\b(INSERT|UPDATE|DELETE|MERGE|FOR\s+(NO\s+KEY\s+)?UPDATE|FOR\s+(KEY\s+)?SHARE)\b", RegexOptions.IgnoreCase)]
    private static partial Regex UsualWrite();
}

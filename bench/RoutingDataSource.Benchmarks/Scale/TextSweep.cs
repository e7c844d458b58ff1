using System.Globalization;
using System.Text;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;
using ReplicaRouting.Classification;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>What it costs to classify texts of 50 characters to 1,000,000, and 1 to 10,000 different ones.</summary>
internal static class TextSweep
{
    public static void Run(Report report, RoutingDataSource source, int rounds)
    {
        ByLength(report, rounds);
        ByNumber(report, source, rounds);
    }

    private static void ByLength(Report report, int rounds)
    {
        int[] sizes = [50, 500, 5_000, 50_000, 500_000, 1_000_000];
        var catalog = new FunctionCatalog(new ClassificationOptions(), null);
        var cases = new List<Action<int>>();
        foreach (var size in sizes)
        {
            var text = Text(size);
            cases.Add(count =>
            {
                for (var i = 0; i < count; i++)
                {
                    if (!StatementClassifier.Classify(text, catalog).IsReadOnly)
                        throw new InvalidOperationException("A text to be measured is not classified as a read.");
                }
            });
        }

        var nanoseconds = Sweep.Run(cases, rounds, TimeSpan.FromMilliseconds(4));
        var perCharacter = nanoseconds.Select((values, index) => Array.ConvertAll(values, value => value / sizes[index])).ToArray();
        report.Heading("Cost of classifying a text that was not seen before, against its length");
        report.Table(
            ["Characters", "µs", "ns per character", "Mchar/s"],
            [.. sizes.Select(IReadOnlyList<string> (size, index) =>
            [
                SweepTable.Count(size),
                (Statistics.Median(nanoseconds[index]) / 1000).ToString("N2", CultureInfo.InvariantCulture),
                Statistics.EstimateMedian(perCharacter[index]).ToString(),
                (1000 / Statistics.Median(perCharacter[index])).ToString("N0", CultureInfo.InvariantCulture),
            ])]);
        report.Ratio("classification_per_character_1000000_vs_5000", Statistics.EstimateRatio(perCharacter[^1], perCharacter[2]), Goal.AtMost(1.2));
        report.Plot(
            "text",
            "Cost of classification against the length of the text",
            LineChart.Draw(
                new("Cost of classifying a new text against its length", "characters", "µs", IsLogX: true, IsLogY: true),
                [LineChart.Series.Of("not seen before", sizes.Select(size => (double)size), [.. nanoseconds.Select(values => Array.ConvertAll(values, value => value / 1000))])]));
    }

    private static void ByNumber(Report report, RoutingDataSource source, int rounds)
    {
        int[] sizes = [1, 100, 1000, 10_000];
        var texts = Enumerable.Range(0, sizes[^1])
            .Select(i => $"SELECT p.\"Id\", p.\"Name\", p.\"Price\" FROM \"Products{i}\" AS p WHERE p.\"Price\" > @__price_0 ORDER BY p.\"Name\" LIMIT @__p_1").ToArray();
        var cases = sizes.Select(size => (Action<int>)(count =>
        {
            for (var i = 0; i < count; i++)
            {
                if (!source.Classify(texts[i % size]).IsReadOnly)
                    throw new InvalidOperationException("A text to be measured is not classified as a read.");
            }
        })).ToList();
        var nanoseconds = Sweep.Run(cases, rounds, TimeSpan.FromMilliseconds(8));
        report.Heading("Cost of classification against the number of different texts in use");
        report.Text("The same string objects come again and again, as those of EF Core, Dapper and constants do, in turn. What the cache does not hold is classified anew.");
        SweepTable.Add(report, "Texts", [.. sizes.Select(SweepTable.Count)], ("classification", nanoseconds));
        report.Ratio("classification_ns_10000_texts", Statistics.EstimateMedian(nanoseconds[^1]), Goal.AtMost(1000));
    }

    /// <summary>Columns, literals and numbers, as in what mappers write.</summary>
    private static string Text(int length)
    {
        var text = new StringBuilder("SELECT id, item FROM items WHERE a IN (1");
        for (var i = 0; text.Length < length - 1; i++)
            text.Append(CultureInfo.InvariantCulture, $", {i}, 'text of {i}', \"Column{i}\"");
        text.Length = length - 1;
        // What was cut off in the middle of a literal or a name is closed again.
        for (var i = length - 2; text[i] != ','; i--)
            text[i] = ' ';
        text[text.ToString().LastIndexOf(',')] = ' ';
        return text.Append(')').ToString();
    }
}

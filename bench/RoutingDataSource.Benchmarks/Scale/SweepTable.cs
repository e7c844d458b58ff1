using System.Globalization;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>How a sweep is shown.</summary>
internal static class SweepTable
{
    /// <summary>Adds a table with one row per size and one column per series, in nanoseconds, each with its ratio to the first size.</summary>
    public static void Add(Report report, string size, IReadOnlyList<string> sizes, params IReadOnlyList<(string Name, double[][] Nanoseconds)> series)
    {
        var header = series.SelectMany(each => new[] { $"{each.Name}, ns", $"× {sizes[0]}" }).Prepend(size).ToList();
        report.Table(header, [.. sizes.Select(IReadOnlyList<string> (label, index) =>
        [
            label,
            .. series.SelectMany(each => new[]
            {
                Statistics.Median(each.Nanoseconds[index]).ToString("N1", CultureInfo.InvariantCulture),
                Statistics.EstimateRatio(each.Nanoseconds[index], each.Nanoseconds[0]).ToString(),
            }),
        ])]);
    }

    public static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

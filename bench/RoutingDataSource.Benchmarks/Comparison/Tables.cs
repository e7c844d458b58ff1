using System.Globalization;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>How the figures of a workload are shown.</summary>
internal static class Tables
{
    private static readonly string[] Header =
    [
        "Contender", "median µs", "p95 µs", "p99 µs", "commands/s", "CPU µs/command", "bytes/command", "× latency", "× p99", "× throughput", "× CPU", "± rounds",
    ];

    /// <param name="report">Where to.</param>
    /// <param name="workload">What was done.</param>
    /// <param name="figures">Who did it; the first is the yardstick of the ratios.</param>
    /// <param name="plot">The name of the picture; <see langword="null"/> for none.</param>
    public static void Add(Report report, Workload workload, IReadOnlyList<Figures> figures, string? plot = null)
    {
        report.Heading(workload.Name);
        var yardstick = figures[0];
        report.Table(Header, [.. figures.Select(IReadOnlyList<string> (each) =>
        [
            each.Name,
            Number(each.Of(round => round.Median).Value),
            Number(each.Of(round => round.P95).Value),
            Number(each.Of(round => round.P99).Value),
            Number(each.Of(round => round.Throughput).Value),
            Number(each.Of(round => round.Cpu).Value),
            Number(each.Of(round => round.Bytes).Value),
            each.Ratio(yardstick, round => round.Median).ToString(),
            each.Ratio(yardstick, round => round.P99).ToString(),
            each.Ratio(yardstick, round => round.Throughput).ToString(),
            each.Ratio(yardstick, round => round.Cpu).ToString(),
            string.Create(CultureInfo.InvariantCulture, $"{100 * each.Spread(round => round.Throughput):0.0} %"),
        ])]);
        if (plot is null)
            return;
        var isOne = workload.Clients == 1;
        report.Plot(
            plot,
            workload.Name,
            BarChart.Draw(
                workload.Name,
                isOne ? $"median latency as a multiple of: {yardstick.Name} (less is better)" : $"throughput as a multiple of: {yardstick.Name} (more is better)",
                [.. figures.Select(each => (each.Name, each.Ratio(yardstick, round => isOne ? round.Median : round.Throughput), Kind(each.Name)))]));
    }

    private static string Kind(string contender) => contender switch
    {
        Contender.Routing or Contender.RoutingOneReplica => "ours",
        Contender.Npgsql or Contender.NpgsqlAgain or Contender.NpgsqlPrimary => "yardstick",
        _ => "other",
    };

    private static string Number(double value) => value.ToString(value < 100 ? "N1" : "N0", CultureInfo.InvariantCulture);
}

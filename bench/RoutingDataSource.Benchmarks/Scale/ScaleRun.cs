using System.Globalization;
using ReplicaRouting.Benchmarks.Comparison;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>How cost grows with what an installation has more of, and that replicas add capacity.</summary>
internal static class ScaleRun
{
    /// <summary>Everything.</summary>
    public static async Task RunAsync(Arena arena, Report report, bool isSmoke)
    {
        await InProcessAsync(arena, report, isSmoke ? 3 : 60, isSmoke);
        await ClientsAsync(arena, report, isSmoke);
        await ReplicasAsync(arena, report, isSmoke ? 2 : 12, TimeSpan.FromMilliseconds(isSmoke ? 60 : 1000), isSmoke);
    }

    /// <summary>The same in short, without the number of clients.</summary>
    public static async Task RunQuickAsync(Arena arena, Report report, bool isSmoke)
    {
        await InProcessAsync(arena, report, isSmoke ? 3 : 20, isSmoke);
        await ReplicasAsync(arena, report, isSmoke ? 2 : 4, TimeSpan.FromMilliseconds(isSmoke ? 60 : 400), isSmoke);
    }

    private static async Task InProcessAsync(Arena arena, Report report, int rounds, bool isSmoke)
    {
        await using var source = Arena.Route(arena.Cluster, arena.Cluster.Replicas.Take(1));
        await Arena.WaitUntilWellAsync(source);
        await NodeSweep.RunAsync(report, arena.Cluster, rounds);
        await SessionSweep.RunAsync(report, source, rounds, isSmoke);
        TextSweep.Run(report, source, rounds);
    }

    private static async Task ReplicasAsync(Arena arena, Report report, int rounds, TimeSpan slice, bool isSmoke)
    {
        await arena.Cluster.AddStandbyAsync();
        await Capacity.RunAsync(report, arena.Cluster, rounds, slice);
        await Weights.RunAsync(report, arena.Cluster, isSmoke ? 600 : 60_000);
    }

    private static async Task ClientsAsync(Arena arena, Report report, bool isSmoke)
    {
        int[] sizes = isSmoke ? [1, 8] : [1, 2, 8, 32, 128, 512];
        var contest = new Contest(isSmoke ? 2 : 20, 2, TimeSpan.FromMilliseconds(isSmoke ? 10 : 60), TimeSpan.FromMilliseconds(isSmoke ? 20 : 800));
        var figures = new List<List<Figures>>();
        foreach (var size in sizes)
            figures.Add(await contest.RunAsync(Workload.ByKey(size, isHeld: true, isAsync: true), arena.Choose(Contender.Npgsql, Contender.RoutingOneReplica)));

        report.Heading("SELECT by primary key against the number of clients, connection held, async, the same one node");
        report.Table(
            ["Clients", "Npgsql commands/s", "routed commands/s", "× throughput", "Npgsql CPU µs/command", "routed CPU µs/command", "× CPU"],
            [.. sizes.Select(IReadOnlyList<string> (size, index) =>
            [
                SweepTable.Count(size),
                Number(figures[index][0].Of(round => round.Throughput)),
                Number(figures[index][1].Of(round => round.Throughput)),
                figures[index][1].Ratio(figures[index][0], round => round.Throughput).ToString(),
                Number(figures[index][0].Of(round => round.Cpu)),
                Number(figures[index][1].Of(round => round.Cpu)),
                figures[index][1].Ratio(figures[index][0], round => round.Cpu).ToString(),
            ])]);
        report.Ratio($"throughput_vs_npgsql_{sizes[^1]}", figures[^1][1].Ratio(figures[^1][0], round => round.Throughput), Goal.AtLeast(0.98));
        report.Plot(
            "clients",
            "Commands per second against the number of clients",
            LineChart.Draw(
                new("SELECT by primary key against the number of clients", "clients", "commands per second", IsLogX: true),
                [.. new[] { "Npgsql", "routed" }.Select((name, contender) => LineChart.Series.Of(
                    name, sizes.Select(size => (double)size), [.. figures.Select(each => each[contender].Rounds.Select(round => round.Throughput).ToArray())]))]));

        static string Number(Estimate value) => value.Value.ToString(value.Value < 100 ? "N1" : "N0", CultureInfo.InvariantCulture);
    }
}

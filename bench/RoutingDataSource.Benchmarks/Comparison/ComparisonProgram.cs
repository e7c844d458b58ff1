using ReplicaRouting.Benchmarks.AdoNet;
using ReplicaRouting.Benchmarks.Allocation;
using ReplicaRouting.Benchmarks.Reporting;
using ReplicaRouting.Benchmarks.Scale;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>The parts of <c>./bench.sh</c> that are not BenchmarkDotNet's.</summary>
internal static class ComparisonProgram
{
    private static readonly string[] Notes =
    [
        "Clients, what stands between, and all servers share the processors of one machine: throughput here is a measure of cost, not of how many servers add up.",
        "Contenders take turns in a new random order in each round; a ratio is the median of the rounds' ratios, its interval a bootstrap over the rounds. \"± rounds\" is half the distance between the quartiles of the rounds' throughput.",
        "All contenders run in one process through the same code, by System.Data.Common; CPU is that of this process alone, user and kernel.",
        "PostgreSQL with fsync = off, shared_buffers = 128MB, the table in memory; the yardstick is Npgsql with default settings to one standby.",
    ];

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string part, string? folder, bool isSmoke)
    {
        var report = new Report(part, folder);
        await using (var arena = await Arena.StartAsync(hasServices: part != "scale"))
        {
            switch (part)
            {
                case "quick":
                    await Quick.RunAsync(arena, report, isSmoke);
                    BenchmarkCluster.Use(arena.Cluster);
                    await Allocations.CompareAsync(report, isSmoke);
                    await ScaleRun.RunQuickAsync(arena, report, isSmoke);
                    break;
                case "peers":
                    await Peers.RunAsync(arena, report, isSmoke);
                    break;
                case "scale":
                    await ScaleRun.RunAsync(arena, report, isSmoke);
                    break;
                default:
                    throw new ArgumentException($"There is no part '{part}'.", nameof(part));
            }

            report.Write(arena.Versions, [.. Notes, .. arena.LeftOut]);
        }

        report.Summarize();
        return 0;
    }
}

using System.Globalization;
using ReplicaRouting.Benchmarks.AdoNet;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Allocation;

/// <summary>Compares what one call allocates, exactly. Npgsql and what is built on it allocate more when an answer is not there yet when it is read,
/// so in most patterns it never is, as over a network: the median of many calls. Where the answer may be there at once, it is the least of many
/// calls in which it was; on a busy machine it may never have been, so that these are shown and judge nothing.</summary>
internal static class Allocations
{
    private const int Blocks = 8;

    /// <summary>Compares all patterns on the cluster of <see cref="BenchmarkCluster"/>.</summary>
    /// <returns>Whether no routed pattern allocates more than plain Npgsql.</returns>
    public static async Task<bool> CompareAsync(Report report, bool isSmoke)
    {
        await using var plain = BenchmarkCluster.CreatePlain();
        await using var routed = BenchmarkCluster.CreateRouted();
        await Customers.CreateAsync(plain);

        var rows = new List<(string Name, long Plain, long Routed)>();
        foreach (var pattern in new Patterns(Patterns.Waiting).All)
        {
            var calls = (isSmoke ? 40 : pattern.IsAtOnce ? 1600 : 160) / Blocks;
            var (left, right) = (pattern.Start(plain), pattern.Start(routed));
            var (before, after) = (new List<long>(), new List<long>());
            await CountAsync(pattern, left, calls, []);
            await CountAsync(pattern, right, calls, []);
            await Task.Delay(isSmoke ? 0 : 120); // the runtime compiles what is hot after 100 ms without new methods
            for (var block = 0; block < Blocks; block++)
            {
                await CountAsync(pattern, left, calls, before);
                await CountAsync(pattern, right, calls, after);
            }

            rows.Add((pattern.Name, Typical(pattern, before), Typical(pattern, after)));
        }

        report.Heading("Bytes allocated by one call");
        report.Table(
            ["Pattern", "Npgsql", "routed", "ratio"],
            [.. rows.Select(IReadOnlyList<string> (row) =>
            [
                row.Name,
                row.Plain.ToString("N0", CultureInfo.InvariantCulture),
                row.Routed.ToString("N0", CultureInfo.InvariantCulture),
                Estimate.Format(Ratio(row)),
            ])]);
        var judged = rows.FindAll(row => !row.Name.EndsWith(Pattern.AtOnce, StringComparison.Ordinal));
        foreach (var row in judged)
            report.Ratio($"alloc_vs_npgsql_{row.Name}", Estimate.Exact(Ratio(row)), Goal.AtMost(1));
        return judged.TrueForAll(row => row.Routed <= row.Plain);
    }

    // Nothing against nothing is no difference.
    private static double Ratio((string Name, long Plain, long Routed) row) => row.Plain == row.Routed ? 1 : row.Routed / (double)row.Plain;

    private static long Typical(Pattern pattern, List<long> bytes)
    {
        bytes.Sort();
        return pattern.IsAtOnce ? bytes[0] : bytes[bytes.Count / 2];
    }

    private static async Task CountAsync(Pattern pattern, Func<Task> call, int calls, List<long> bytes)
    {
        for (var i = 0; i < calls; i++)
        {
            var before = Allocated(pattern);
            await call();
            bytes.Add(Allocated(pattern) - before);
        }
    }

    private static long Allocated(Pattern pattern) => pattern.IsAsync ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}

namespace ReplicaRouting.Benchmarks.AdoNet;

/// <summary>Compares what one call allocates, exactly: the least of many calls, because both allocate a little more whenever an answer is not
/// there yet when it is read.</summary>
internal static class Allocations
{
    private const int WarmUp = 300;
    private const int Calls = 10_000;

    /// <returns>0 when no routed pattern allocates more than plain Npgsql.</returns>
    public static async Task<int> CompareAsync()
    {
        var benchmarks = new SelectBenchmarks();
        benchmarks.SetUp();
        try
        {
            var isWorse = false;
            Console.WriteLine("| bytes per call (least) | Npgsql | routed |");
            Console.WriteLine("|---|---:|---:|");
            isWorse |= await RowAsync("reused command", Sync(benchmarks.PlainReused), Sync(benchmarks.RoutedReused));
            isWorse |= await RowAsync("command per call", Sync(benchmarks.PlainCommandPerCall), Sync(benchmarks.RoutedCommandPerCall));
            isWorse |= await RowAsync("connection reopened per call", Sync(benchmarks.PlainReopened), Sync(benchmarks.RoutedReopened));
            isWorse |= await RowAsync("new connection per call", Sync(benchmarks.PlainNewConnection), Sync(benchmarks.RoutedNewConnection));
            isWorse |= await RowAsync("reused command, async", benchmarks.PlainReusedAsync, benchmarks.RoutedReusedAsync);
            isWorse |= await RowAsync("command per call, async", benchmarks.PlainCommandPerCallAsync, benchmarks.RoutedCommandPerCallAsync);
            isWorse |= await RowAsync("connection reopened per call, async", benchmarks.PlainReopenedAsync, benchmarks.RoutedReopenedAsync);
            isWorse |= await RowAsync("new connection per call, async", benchmarks.PlainNewConnectionAsync, benchmarks.RoutedNewConnectionAsync);
            return isWorse ? 1 : 0;
        }
        finally
        {
            benchmarks.CleanUp();
        }
    }

    private static Func<Task<int>> Sync(Func<int> call)
    {
        var done = Task.FromResult(1);
        return () =>
        {
            call();
            return done;
        };
    }

    private static async Task<bool> RowAsync(string pattern, Func<Task<int>> plain, Func<Task<int>> routed)
    {
        var (before, after) = (await LeastAsync(plain), await LeastAsync(routed));
        Console.WriteLine($"| {pattern} | {before} | {after}{(after > before ? " **more**" : "")} |");
        return after > before;
    }

    private static async Task<long> LeastAsync(Func<Task<int>> call)
    {
        for (var i = 0; i < WarmUp; i++)
            await call();
        var least = long.MaxValue;
        for (var i = 0; i < Calls; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await call();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}

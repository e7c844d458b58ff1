using ReplicaRouting.Benchmarks.Comparison;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>What a read's decision costs in a session with a floor while 1 to 1,000,000 such sessions are alive.</summary>
internal static class SessionSweep
{
    private const string Read = "SELECT id, item, amount FROM items WHERE id = $1";
    private const int Busy = 64;

    public static async Task RunAsync(Report report, RoutingDataSource source, int rounds, bool isSmoke)
    {
        int[] sizes = isSmoke ? [1, 100, 10_000] : [1, 100, 10_000, 1_000_000];
        var token = await WriteAsync(source);
        await Arena.WaitUntilWellAsync(source);
        using var connection = source.OpenConnection();
        var statement = source.Classify(Read);

        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var contexts = Begin(token, sizes[^1]);
        ContextCallback decide = _ =>
        {
            if (connection.Decide(Read, statement) is not { Target: RouteTarget.Replica })
                throw new InvalidOperationException("A decision to be measured is not the expected one.");
        };
        var touched = 0;
        ContextCallback touch = _ => touched += RoutingSession.Current!.HasWritten ? 1 : 0;
        foreach (var context in contexts)
            ExecutionContext.Run(context, decide, null); // its state is made when it is first asked for
        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)contexts.Length;

        var random = new Random(5);
        var few = new List<Action<int>>();
        var all = new List<Action<int>>();
        var control = new List<Action<int>>();
        foreach (var size in sizes)
        {
            var alive = contexts[..size];
            var busy = Enumerable.Range(0, Busy).Select(_ => alive[random.Next(size)]).ToArray();
            few.Add(count => Run(busy, decide, count));
            var scattered = Enumerable.Range(0, 4 * 1024 * 1024 / Busy).Select(_ => random.Next(size)).ToArray();
            all.Add(count => Run(alive, scattered, decide, count));
            control.Add(count => Run(alive, scattered, touch, count));
        }

        var slice = TimeSpan.FromMilliseconds(4);
        var (ofBusy, ofAll, ofControl) = (Sweep.Run(few, rounds, slice), Sweep.Run(all, rounds, slice), Sweep.Run(control, rounds, slice));
        report.Heading("Cost of a read's decision against the number of live sessions with a floor");
        report.Text(
            $"Sessions begun with the token of a write, each entered with its execution context. \"busy\": {Busy} of them read in turn, as requests in progress " +
            $"do; \"scattered\": a random one each time, so that the memory of an idle session has to be fetched; \"no decision\": a random one is entered and asked whether it has written, nothing else. One session holds {bytes:0} bytes, its execution context included.");
        SweepTable.Add(report, "Live sessions", [.. sizes.Select(SweepTable.Count)], ("busy", ofBusy), ("scattered", ofAll), ("scattered, no decision", ofControl));
        report.Ratio($"floor_cost_{sizes[^1]}_sessions_vs_1", Statistics.EstimateRatio(ofBusy[^1], ofBusy[0]), Goal.AtMost(1.1));
        report.Plot(
            "sessions",
            "Cost of a decision against the number of live sessions",
            LineChart.Draw(
                new("Cost of a read's decision against live sessions with a floor", "live sessions", "ns per decision", IsLogX: true),
                [.. new[] { ("busy", ofBusy), ("scattered", ofAll), ("no decision", ofControl) }.Select(each => LineChart.Series.Of(each.Item1, sizes.Select(size => (double)size), each.Item2))]));
        GC.KeepAlive(contexts);
        if (touched != 0)
            throw new InvalidOperationException("A session that only reads says that it has written.");
    }

    private static async Task<ConsistencyToken> WriteAsync(RoutingDataSource source)
    {
        using var session = RoutingSession.Begin();
        await using (var write = source.CreateCommand("UPDATE items SET amount = amount WHERE id = 1"))
            await write.ExecuteNonQueryAsync();
        return await session.GetTokenAsync() ?? throw new InvalidOperationException("A write has left no token.");
    }

    private static ExecutionContext[] Begin(ConsistencyToken token, int count)
    {
        var clean = ExecutionContext.Capture()!;
        var contexts = new ExecutionContext[count];
        for (var i = 0; i < count; i++)
        {
            var index = i;
            ExecutionContext.Run(
                clean,
                _ =>
                {
                    RoutingSession.Begin(token);
                    contexts[index] = ExecutionContext.Capture()!;
                },
                null);
        }

        return contexts;
    }

    private static void Run(ExecutionContext[] contexts, int[] order, ContextCallback callback, int count)
    {
        for (var i = 0; i < count; i++)
            ExecutionContext.Run(contexts[order[i % order.Length]], callback, null);
    }

    private static void Run(ExecutionContext[] contexts, ContextCallback decide, int count)
    {
        for (var i = 0; i < count; i++)
            ExecutionContext.Run(contexts[i % contexts.Length], decide, null);
    }
}

using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>All contenders in all workloads.</summary>
internal static class Peers
{
    private static readonly string[] Everybody =
    [
        Contender.Npgsql, Contender.NpgsqlAgain, Contender.NpgsqlNoReset, Contender.MultiHost, Contender.HaProxy, Contender.PgBouncer, Contender.Pgpool,
        Contender.Routing, Contender.RoutingOneReplica,
    ];

    private static readonly string[] Writers =
    [
        Contender.NpgsqlPrimary, Contender.MultiHost, Contender.HaProxy, Contender.PgBouncer, Contender.Pgpool, Contender.Routing, Contender.RoutingOneReplica,
    ];

    public static async Task RunAsync(Arena arena, Report report, bool isSmoke)
    {
        var one = isSmoke ? Contest(2, 2, 5, 20) : Contest(40, 6, 8, 800);
        var many = isSmoke ? Contest(2, 1, 20, 20) : Contest(24, 2, 60, 800);

        var heldOne = await RunAsync("held-1", one, Workload.ByKey(1, isHeld: true, isAsync: false), Everybody);
        Ratios.HeldOne(report, heldOne);
        Ratios.WaysOne(report, heldOne);
        await RunAsync("held-1-async", one, Workload.ByKey(1, isHeld: true, isAsync: true), Everybody);
        Ratios.OpenCloseOne(report, await RunAsync("query-1", one, Workload.ByKey(1, isHeld: false, isAsync: false), Everybody));
        foreach (var clients in isSmoke ? [2, 32] : new[] { 8, 32, 128 })
        {
            var held = await RunAsync($"held-{clients}", many, Workload.ByKey(clients, isHeld: true, isAsync: true), Everybody);
            var openClose = await RunAsync($"query-{clients}", many, Workload.ByKey(clients, isHeld: false, isAsync: true), Everybody);
            if (clients == 32)
            {
                Ratios.Held32(report, held);
                Ratios.OpenClose32(report, openClose);
            }
        }

        await RunAsync("query-8-sync", many, Workload.ByKey(8, isHeld: false, isAsync: false), Everybody);
        await RunAsync("mixed-1", one, Workload.Mixed(1), Writers);
        await RunAsync("mixed-32", many, Workload.Mixed(32), Writers);
        await RunAsync("rows-1", one, Workload.Rows(1, isAsync: false), Everybody);
        await RunAsync("rows-8", many, Workload.Rows(8, isAsync: true), Everybody);

        async Task<List<Figures>> RunAsync(string name, Contest contest, Workload workload, string[] contenders)
        {
            var figures = await contest.RunAsync(workload, arena.Choose(contenders));
            Tables.Add(report, workload, figures, name);
            return figures;
        }
    }

    private static Contest Contest(int rounds, int turns, int slice, int warmUp) => new(rounds, turns, TimeSpan.FromMilliseconds(slice), TimeSpan.FromMilliseconds(warmUp));
}

using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>All ratios in less than three minutes.</summary>
internal static class Quick
{
    public static async Task RunAsync(Arena arena, Report report, bool isSmoke)
    {
        var one = isSmoke ? Contest(3, 2, 5, 50) : Contest(40, 10, 8, 800);
        var few = isSmoke ? Contest(3, 2, 5, 50) : Contest(24, 7, 8, 600);
        var many = isSmoke ? Contest(3, 1, 20, 50) : Contest(30, 3, 35, 600);

        var held = await RunAsync(one, Workload.ByKey(1, isHeld: true, isAsync: false), [Contender.Npgsql, Contender.NpgsqlAgain, Contender.RoutingOneReplica]);
        Ratios.HeldOne(report, held);
        var ways = await RunAsync(
            few,
            Workload.ByKey(1, isHeld: true, isAsync: false),
            [Contender.Npgsql, Contender.MultiHost, Contender.HaProxy, Contender.PgBouncer, Contender.Pgpool, Contender.Routing]);
        Ratios.WaysOne(report, ways);
        var openClose = await RunAsync(
            one, Workload.ByKey(1, isHeld: false, isAsync: false), [Contender.Npgsql, Contender.NpgsqlNoReset, Contender.RoutingOneReplica]);
        Ratios.OpenCloseOne(report, openClose);
        var held32 = await RunAsync(
            many, Workload.ByKey(32, isHeld: true, isAsync: true), [Contender.Npgsql, Contender.RoutingOneReplica, Contender.MultiHost, Contender.Pgpool, Contender.Routing]);
        Ratios.Held32(report, held32);
        var openClose32 = await RunAsync(
            many, Workload.ByKey(32, isHeld: false, isAsync: true), [Contender.Npgsql, Contender.NpgsqlNoReset, Contender.RoutingOneReplica]);
        Ratios.OpenClose32(report, openClose32);

        async Task<List<Figures>> RunAsync(Contest contest, Workload workload, string[] contenders)
        {
            var figures = await contest.RunAsync(workload, arena.Choose(contenders));
            Tables.Add(report, workload, figures);
            return figures;
        }
    }

    private static Contest Contest(int rounds, int turns, int slice, int warmUp) => new(rounds, turns, TimeSpan.FromMilliseconds(slice), TimeSpan.FromMilliseconds(warmUp));
}

using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>The ratios that the library is held to, from the figures of the workloads. A contender that was left out leaves out its ratios.</summary>
internal static class Ratios
{
    /// <summary>One client that keeps its connection, the same single node behind both.</summary>
    public static void HeldOne(Report report, List<Figures> figures)
    {
        Add(report, figures, "read_latency_vs_npgsql", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Median, Goal.AtMost(1.02));
        Add(report, figures, "read_latency_p99_vs_npgsql", Contender.RoutingOneReplica, Contender.Npgsql, round => round.P99, Goal.AtMost(1.05));
        Add(report, figures, "cpu_per_command_vs_npgsql", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Cpu, Goal.AtMost(1.02));
    }

    /// <summary>One client that keeps its connection, over all ways to several nodes.</summary>
    public static void WaysOne(Report report, List<Figures> figures)
    {
        Add(report, figures, "latency_vs_pgpool_1", Contender.Routing, Contender.Pgpool, round => round.Median, Goal.AtMost(0.45));
        Add(report, figures, "latency_vs_haproxy_1", Contender.Routing, Contender.HaProxy, round => round.Median, Goal.AtMost(0.8));
        Add(report, figures, "latency_vs_pgbouncer_haproxy_1", Contender.Routing, Contender.PgBouncer, round => round.Median, Goal.AtMost(1));
    }

    /// <summary>One client that opens a connection for each query, the same single node behind all.</summary>
    public static void OpenCloseOne(Report report, List<Figures> figures)
    {
        Add(report, figures, "read_latency_vs_npgsql_open_close", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Median, Goal.AtMost(0.9));
        Add(report, figures, "read_latency_vs_npgsql_no_reset_open_close", Contender.RoutingOneReplica, Contender.NpgsqlNoReset, round => round.Median);
        Add(report, figures, "cpu_per_command_vs_npgsql_open_close", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Cpu, Goal.AtMost(1.02));
    }

    /// <summary>32 clients that keep their connections.</summary>
    public static void Held32(Report report, List<Figures> figures)
    {
        Add(report, figures, "throughput_vs_npgsql_32", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Throughput, Goal.AtLeast(0.98));
        Add(report, figures, "throughput_vs_multihost_32", Contender.Routing, Contender.MultiHost, round => round.Throughput, Goal.AtLeast(1));
        Add(report, figures, "throughput_vs_pgpool_32", Contender.Routing, Contender.Pgpool, round => round.Throughput, Goal.AtLeast(3));
        Add(report, figures, "cpu_per_command_vs_npgsql_32", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Cpu, Goal.AtMost(1.02));
    }

    /// <summary>32 clients that open a connection for each query.</summary>
    public static void OpenClose32(Report report, List<Figures> figures)
    {
        Add(report, figures, "throughput_vs_npgsql_open_close_32", Contender.RoutingOneReplica, Contender.Npgsql, round => round.Throughput, Goal.AtLeast(1.1));
        Add(report, figures, "throughput_vs_npgsql_no_reset_open_close_32", Contender.RoutingOneReplica, Contender.NpgsqlNoReset, round => round.Throughput);
    }

    private static void Add(
        Report report, List<Figures> figures, string name, string contender, string of, Func<Round, double> metric, Goal? goal = null)
    {
        if (figures.Find(each => each.Name == contender) is { } left && figures.Find(each => each.Name == of) is { } right)
            report.Ratio(name, left.Ratio(right, metric), goal);
    }
}

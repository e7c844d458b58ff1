using Npgsql;
using ReplicaRouting.Benchmarks.Comparison;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>What a decision costs over 1 to 32 replicas. Each is a node of its own with its own probes and pools; 32 servers would say no more
/// about this and would not fit, so the nodes are the standbys of the cluster under different addresses of the loopback network.</summary>
internal static class NodeSweep
{
    public const int Most = 32;

    private const string Read = "SELECT id, item, amount FROM items WHERE id = $1";
    private const string Write = "UPDATE items SET amount = $1 WHERE id = $2";

    /// <summary>The addresses that the servers must listen on.</summary>
    public static string Addresses => string.Join(',', Enumerable.Range(1, Most).Select(Address));

    public static async Task RunAsync(Report report, PostgresCluster cluster, int rounds)
    {
        int[] sizes = [1, 2, 4, 8, 16, Most];
        var sources = new List<RoutingDataSource>();
        try
        {
            var reads = new List<Action<int>>();
            var writes = new List<Action<int>>();
            foreach (var size in sizes)
            {
                var source = Build(cluster, size);
                sources.Add(source);
                await Arena.WaitUntilWellAsync(source);
                var connection = source.OpenConnection();
                var (read, write) = (source.Classify(Read), source.Classify(Write));
                reads.Add(count => Decide(connection, Read, read, RouteTarget.Replica, count));
                writes.Add(count => Decide(connection, Write, write, RouteTarget.Primary, count));
            }

            var slice = TimeSpan.FromMilliseconds(4);
            var (ofReads, ofWrites) = (Sweep.Run(reads, rounds, slice), Sweep.Run(writes, rounds, slice));
            report.Heading("Cost of a decision against the number of replicas");
            report.Text("The nodes are two real standbys under 32 loopback addresses: as many pools, probes and entries as with 32 servers.");
            SweepTable.Add(report, "Replicas", [.. sizes.Select(SweepTable.Count)], ("read", ofReads), ("write", ofWrites));
            report.Ratio("decision_cost_32_replicas_vs_1", Statistics.EstimateRatio(ofReads[^1], ofReads[0]), Goal.AtMost(1.1));
            report.Plot(
                "nodes",
                "Cost of a decision against the number of replicas",
                LineChart.Draw(
                    new("Cost of a decision against the number of replicas", "replicas", "ns per decision", IsLogX: true),
                    [.. new[] { ("read", ofReads), ("write", ofWrites) }.Select(each => LineChart.Series.Of(each.Item1, sizes.Select(size => (double)size), each.Item2))]));
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync();
        }
    }

    private static string Address(int number) => $"127.0.0.{number}";

    private static RoutingDataSource Build(PostgresCluster cluster, int replicas)
    {
        var builder = new RoutingDataSourceBuilder().AddPrimary(cluster.Primary.ConnectionString);
        for (var i = 0; i < replicas; i++)
        {
            var settings = new NpgsqlConnectionStringBuilder(cluster.Replicas[i % 2].ConnectionString) { Host = Address(1 + i) };
            builder.AddReplica(settings.ConnectionString, name: $"replica{i + 1}");
        }

        return builder.Build();
    }

    private static void Decide(RoutingConnection connection, string text, StatementClass statement, RouteTarget expected, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (connection.Decide(text, statement).Target != expected)
                throw new InvalidOperationException("A decision to be measured is not the expected one.");
        }
    }
}

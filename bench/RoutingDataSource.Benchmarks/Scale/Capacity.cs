using System.Diagnostics;
using System.Globalization;
using Npgsql;
using ReplicaRouting.Benchmarks.Comparison;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>Whether replicas add capacity. All servers share the processors of one machine, so what bounds the reads must not be the processors:
/// each waits 10 ms in the server, and each node has a limit of 8 connections. One replica can then serve 800 reads per second.</summary>
internal static class Capacity
{
    private const string Read = "SELECT pg_catalog.pg_sleep(0.01)";
    private const int Limit = 8;
    private const int Clients = 64;

    public static async Task RunAsync(Report report, PostgresCluster cluster, int rounds, TimeSpan slice)
    {
        int[] sizes = [1, 2, 3];
        var sources = sizes.Select(size => Arena.Route(cluster, cluster.Replicas.Take(size), Connect)).ToArray();
        try
        {
            var rates = sizes.Select(_ => new double[rounds]).ToArray();
            foreach (var source in sources)
            {
                await Arena.WaitUntilWellAsync(source);
                await MeasureAsync(source, TimeSpan.FromMilliseconds(100)); // opens the connections
            }

            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < sizes.Length; i++)
                {
                    var index = (i + round) % sizes.Length;
                    rates[index][round] = await MeasureAsync(sources[index], slice);
                }
            }

            report.Heading("Reads per second against the number of replicas");
            report.Text(
                $"{Clients} clients, a connection for each read, each read waits 10 ms in the server, at most {Limit} connections to each node: the wait and the limit bound " +
                "what one replica can serve, not the processors, which all servers share here.");
            report.Table(
                ["Replicas", "reads/s", "× 1"],
                [.. sizes.Select(IReadOnlyList<string> (size, index) =>
                [
                    SweepTable.Count(size),
                    Statistics.Median(rates[index]).ToString("N0", CultureInfo.InvariantCulture),
                    Statistics.EstimateRatio(rates[index], rates[0]).ToString(),
                ])]);
            report.Ratio("capacity_2_replicas_vs_1", Statistics.EstimateRatio(rates[1], rates[0]), Goal.AtLeast(1.93));
            report.Ratio("capacity_3_replicas_vs_1", Statistics.EstimateRatio(rates[2], rates[0]), Goal.AtLeast(2.9));
            report.Plot(
                "capacity",
                "Reads per second against the number of replicas",
                LineChart.Draw(
                    new("Wait-bound reads against the number of replicas", "replicas", "reads per second"),
                    [
                        LineChart.Series.Of("proportional", sizes.Select(size => (double)size), [.. sizes.Select(size => new[] { size * Statistics.Median(rates[0]) })]),
                        LineChart.Series.Of("measured", sizes.Select(size => (double)size), rates),
                    ]));
        }
        finally
        {
            foreach (var source in sources)
                await source.DisposeAsync();
        }
    }

    private static string Connect(PostgresNode node) => new NpgsqlConnectionStringBuilder(node.ConnectionString) { MaxPoolSize = Limit }.ConnectionString;

    private static async Task<double> MeasureAsync(RoutingDataSource source, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        var deadline = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(ReadAsync)));
        return counts.Sum() / Stopwatch.GetElapsedTime(started).TotalSeconds;

        async Task<int> ReadAsync()
        {
            var count = 0;
            for (; Stopwatch.GetTimestamp() < deadline; count++)
            {
                await using var command = source.CreateCommand(Read);
                await command.ExecuteNonQueryAsync();
                if (command.LastRoute is not { Target: RouteTarget.Replica })
                    throw new InvalidOperationException($"A read of the capacity run went to {command.LastRoute}.");
            }

            return count;
        }
    }
}

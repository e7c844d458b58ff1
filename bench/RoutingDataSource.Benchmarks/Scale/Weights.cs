using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using ReplicaRouting.Benchmarks.Comparison;
using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Scale;

/// <summary>Whether reads spread as the weights say: 60,000 real reads by 8 clients over replicas with the weights 1, 2 and 3.</summary>
internal static class Weights
{
    private const int Clients = 8;

    public static async Task RunAsync(Report report, PostgresCluster cluster, int reads)
    {
        var builder = new RoutingDataSourceBuilder().AddPrimary(cluster.Primary.ConnectionString, name: "primary");
        for (var weight = 1; weight <= 3; weight++)
            builder.AddReplica(new NpgsqlConnectionStringBuilder(cluster.Replicas[weight - 1].ConnectionString).ConnectionString, weight, $"weight {weight}");
        await using var source = builder.Build();
        await Arena.WaitUntilWellAsync(source);

        var counts = new ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            var own = new Dictionary<string, int>();
            for (var i = 0; i < reads / Clients; i++)
            {
                await using var command = source.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync();
                var node = command.LastRoute?.Node ?? "nowhere";
                own[node] = own.GetValueOrDefault(node) + 1;
            }

            foreach (var (node, count) in own)
                counts.AddOrUpdate(node, count, (_, before) => before + count);
        })));

        var total = counts.Values.Sum();
        var worst = 0.0;
        report.Heading($"Share of each replica in {SweepTable.Count(total)} reads, weights 1:2:3");
        report.Table(
            ["Replica", "reads", "expected", "difference"],
            [.. counts.Keys.Order(StringComparer.Ordinal).Select(IReadOnlyList<string> (name) =>
            {
                var expected = name.StartsWith("weight ", StringComparison.Ordinal) ? total * (name[^1] - '0') / 6.0 : 0;
                var difference = expected == 0 ? 1 : counts[name] / expected - 1;
                worst = Math.Max(worst, Math.Abs(difference));
                return [name, SweepTable.Count(counts[name]), SweepTable.Count((int)expected), string.Create(CultureInfo.InvariantCulture, $"{100 * difference:+0.000;-0.000;0} %")];
            })]);
        report.Ratio("weight_error_1_2_3", Estimate.Exact(worst), Goal.AtMost(0.01));
    }
}

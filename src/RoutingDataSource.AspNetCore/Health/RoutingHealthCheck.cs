using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using ReplicaRouting.AspNetCore.Status;

namespace ReplicaRouting.AspNetCore.Health;

/// <summary>Healthy when the primary answers and a replica serves reads (or none was configured), degraded when the primary serves the reads too,
/// unhealthy without a primary.</summary>
internal sealed class RoutingHealthCheck(RoutingDataSource source) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await (await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            // no node can be used; the table says which is what
        }

        var statistics = source.GetStatistics();
        var data = statistics.Nodes.ToDictionary(node => node.Node.Name, node => (object)Describe(node));
        if (statistics.Cluster.Primary is not { IsReachable: true })
            return new(context.Registration.FailureStatus, Why("No primary", statistics), data: data);
        return statistics.HasReplica || statistics.Nodes.Count == 1
            ? HealthCheckResult.Healthy("The primary answers, and reads have where to go.", data)
            : HealthCheckResult.Degraded(Why("Reads run on the primary only", statistics), data: data);
    }

    private static string Why(string what, RoutingStatistics statistics) =>
        $"{what}. {string.Join("; ", statistics.Nodes.Select(node => $"{node.Node.Name}: {NodeWords.Standing(node)}"))}.";

    private static string Describe(NodeStatistics node)
    {
        var lag = node.Node.Lag is { } known ? $", {known.Bytes} bytes and {known.Delay?.TotalSeconds.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture) ?? "?"} s behind" : "";
        return $"{NodeWords.Role(node.Node)}, {NodeWords.Standing(node)}, weight {node.Node.Weight}{lag}, {node.ConnectionsInUse} connections in use";
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using ReplicaRouting.AspNetCore.Health;
using ReplicaRouting.AspNetCore.Sessions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a health check of the cluster.</summary>
public static class RoutingHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of a <see cref="ReplicaRouting.RoutingDataSource"/>: healthy; degraded while the primary must serve the reads too; unhealthy without a
    /// primary. It tells what the probes know and asks no server itself, so it is as cheap as it is often called. Its data are the nodes, without
    /// addresses.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What to report without a primary; <see langword="null"/> for unhealthy.</param>
    /// <param name="tags">Tags to choose checks by.</param>
    /// <param name="timeout">How long the check may take; <see langword="null"/> for no limit. Only the first one waits: for the first probes.</param>
    /// <param name="serviceKey">The key that the data source was registered with; <see langword="null"/> for none.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddRoutingDataSource(
        this IHealthChecksBuilder builder,
        string name = "routing_data_source",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new(
            name, services => new RoutingHealthCheck(RoutingSources.Get(services, serviceKey)), failureStatus, tags, timeout));
    }
}

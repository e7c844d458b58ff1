using Microsoft.Extensions.DependencyInjection.Extensions;
using ReplicaRouting.AspNetCore;
using ReplicaRouting.AspNetCore.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what <c>UseRoutingSession</c> needs.</summary>
public static class RoutingSessionServiceCollectionExtensions
{
    /// <summary>Registers what <c>UseRoutingSession</c> needs: its options and Data Protection. Instances of an application that are to understand each
    /// other's tokens must share the keys of Data Protection, as for any other cookie.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes the options; <see langword="null"/> for the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddRoutingSession(this IServiceCollection services, Action<RoutingSessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions();
        services.AddMetrics();
        services.AddDataProtection();
        services.TryAddSingleton<SessionMetrics>();
        if (configure is not null)
            services.Configure(configure);
        return services;
    }
}

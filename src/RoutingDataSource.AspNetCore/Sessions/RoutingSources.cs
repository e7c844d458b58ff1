using Microsoft.Extensions.DependencyInjection;

namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>Data sources by the key that they were registered with.</summary>
internal static class RoutingSources
{
    public static RoutingDataSource? Find(IServiceProvider services, object? key) =>
        key is null ? services.GetService<RoutingDataSource>() : services.GetKeyedService<RoutingDataSource>(key);

    public static RoutingDataSource Get(IServiceProvider services, object? key) =>
        Find(services, key) ?? throw new InvalidOperationException(
            key is null ? "No RoutingDataSource is registered: call services.AddRoutingDataSource, or name its ServiceKey."
            : $"No RoutingDataSource is registered with the key '{key}'.");
}

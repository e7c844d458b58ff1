using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using ReplicaRouting;
using ReplicaRouting.DependencyInjection;
using ReplicaRouting.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a <see cref="RoutingDataSource"/>, as <see cref="DbDataSource"/> too, and connections of it as
/// <see cref="RoutingConnection"/> and <see cref="DbConnection"/>.</summary>
/// <remarks>
/// <para>The data source logs to the container's <see cref="ILoggerFactory"/>. A service that is registered already stays as it is.</para>
/// <para><see cref="NpgsqlDataSource"/> is never registered: EF Core's <c>UseNpgsql()</c> without arguments would take it, and nothing would be
/// routed. An earlier registration of it without a key is refused for the same reason.</para>
/// </remarks>
public static class RoutingServiceCollectionExtensions
{
    /// <summary>Registers a data source for the hosts of one connection string.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">An Npgsql connection string that names all nodes; routing keywords may stand in it.</param>
    /// <param name="connectionLifetime">The lifetime of connections.</param>
    /// <param name="dataSourceLifetime">The lifetime of the data source; each has probes and pools of its own.</param>
    /// <param name="serviceKey">The key to register everything with; <see langword="null"/> for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">An <see cref="NpgsqlDataSource"/> is registered without a key.</exception>
    public static IServiceCollection AddRoutingDataSource(
        this IServiceCollection services,
        string connectionString,
        ServiceLifetime connectionLifetime = ServiceLifetime.Transient,
        ServiceLifetime dataSourceLifetime = ServiceLifetime.Singleton,
        object? serviceKey = null) =>
        Add(services, _ => new(connectionString), null, null, connectionLifetime, dataSourceLifetime, serviceKey);

    /// <summary>Registers a data source for the hosts of one connection string and configures it further.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">An Npgsql connection string that names all nodes; routing keywords may stand in it.</param>
    /// <param name="configure">Configures the data source further.</param>
    /// <param name="connectionLifetime">The lifetime of connections.</param>
    /// <param name="dataSourceLifetime">The lifetime of the data source; each has probes and pools of its own.</param>
    /// <param name="serviceKey">The key to register everything with; <see langword="null"/> for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">An <see cref="NpgsqlDataSource"/> is registered without a key.</exception>
    public static IServiceCollection AddRoutingDataSource(
        this IServiceCollection services,
        string connectionString,
        Action<RoutingDataSourceBuilder> configure,
        ServiceLifetime connectionLifetime = ServiceLifetime.Transient,
        ServiceLifetime dataSourceLifetime = ServiceLifetime.Singleton,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, _ => new(connectionString), (_, builder) => configure(builder), null, connectionLifetime, dataSourceLifetime, serviceKey);
    }

    /// <summary>Registers a data source for the hosts of one connection string and configures it further.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">An Npgsql connection string that names all nodes; routing keywords may stand in it.</param>
    /// <param name="configure">Configures the data source further.</param>
    /// <param name="connectionLifetime">The lifetime of connections.</param>
    /// <param name="dataSourceLifetime">The lifetime of the data source; each has probes and pools of its own.</param>
    /// <param name="serviceKey">The key to register everything with; <see langword="null"/> for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">An <see cref="NpgsqlDataSource"/> is registered without a key.</exception>
    public static IServiceCollection AddRoutingDataSource(
        this IServiceCollection services,
        string connectionString,
        Action<IServiceProvider, RoutingDataSourceBuilder> configure,
        ServiceLifetime connectionLifetime = ServiceLifetime.Transient,
        ServiceLifetime dataSourceLifetime = ServiceLifetime.Singleton,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, _ => new(connectionString), configure, null, connectionLifetime, dataSourceLifetime, serviceKey);
    }

    /// <summary>Registers a data source whose nodes the callback adds.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Adds the nodes.</param>
    /// <param name="connectionLifetime">The lifetime of connections.</param>
    /// <param name="dataSourceLifetime">The lifetime of the data source; each has probes and pools of its own.</param>
    /// <param name="serviceKey">The key to register everything with; <see langword="null"/> for none.</param>
    /// <returns>The services.</returns>
    /// <exception cref="InvalidOperationException">An <see cref="NpgsqlDataSource"/> is registered without a key.</exception>
    public static IServiceCollection AddRoutingDataSource(
        this IServiceCollection services,
        Action<IServiceProvider, RoutingDataSourceBuilder> configure,
        ServiceLifetime connectionLifetime = ServiceLifetime.Transient,
        ServiceLifetime dataSourceLifetime = ServiceLifetime.Singleton,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, _ => new(), configure, null, connectionLifetime, dataSourceLifetime, serviceKey);
    }

    /// <summary>Registers a data source from a configuration section: <c>ConnectionString</c> with all nodes, or <c>Primary</c> and
    /// <c>Replicas</c> (connection strings, or <c>ConnectionString</c>, <c>Weight</c> and <c>Name</c>), and options by their names.</summary>
    /// <remarks>Changes are taken over at run time: weights, <c>Mode</c>, <c>ReplicaSelection</c>, <c>SwitchReplica</c>, <c>MaxReplicaLag</c>,
    /// <c>MaxReplicaLagBytes</c>, <c>FallBackToPrimary</c>, <c>PrimaryFallbackLimit</c>, <c>BeyondFallbackLimit</c> and <c>FailoverTimeout</c>. Other
    /// changes are logged and wait for a new data source, wrong ones are logged and ignored.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, such as <c>configuration.GetSection("Routing")</c>.</param>
    /// <param name="configure">Configures the data source further; <see langword="null"/> for nothing.</param>
    /// <param name="connectionLifetime">The lifetime of connections.</param>
    /// <param name="dataSourceLifetime">The lifetime of the data source; each has probes and pools of its own.</param>
    /// <param name="serviceKey">The key to register everything with; <see langword="null"/> for none.</param>
    /// <returns>The services. What is wrong with the section is told when the data source is first asked for, in one
    /// <see cref="ArgumentException"/> that lists it all.</returns>
    /// <exception cref="InvalidOperationException">An <see cref="NpgsqlDataSource"/> is registered without a key.</exception>
    public static IServiceCollection AddRoutingDataSource(
        this IServiceCollection services,
        IConfiguration section,
        Action<IServiceProvider, RoutingDataSourceBuilder>? configure = null,
        ServiceLifetime connectionLifetime = ServiceLifetime.Transient,
        ServiceLifetime dataSourceLifetime = ServiceLifetime.Singleton,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(section);
        return Add(services, read => read!.ToBuilder(), configure, section, connectionLifetime, dataSourceLifetime, serviceKey);
    }

    private static IServiceCollection Add(
        IServiceCollection services,
        Func<RoutingConfiguration?, RoutingDataSourceBuilder> create,
        Action<IServiceProvider, RoutingDataSourceBuilder>? configure,
        IConfiguration? section,
        ServiceLifetime connectionLifetime,
        ServiceLifetime dataSourceLifetime,
        object? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (serviceKey is null && services.Any(service => service.ServiceType == typeof(NpgsqlDataSource) && !service.IsKeyedService))
        {
            throw new InvalidOperationException(
                "An NpgsqlDataSource is registered already. EF Core's UseNpgsql() without arguments would take it, and nothing would be routed: remove " +
                "it, register it with a key, or, if it is meant to stand beside the RoutingDataSource, register it afterwards and use UseRoutingNpgsql.");
        }

        services.TryAdd(new ServiceDescriptor(typeof(RoutingDataSource), serviceKey, (provider, _) => Build(provider, create, configure, section, serviceKey), dataSourceLifetime));
        services.TryAdd(new ServiceDescriptor(typeof(DbDataSource), serviceKey, (provider, key) => Resolve<RoutingDataSource>(provider, key), dataSourceLifetime));
        services.TryAdd(new ServiceDescriptor(typeof(RoutingConnection), serviceKey, (provider, key) => Resolve<RoutingDataSource>(provider, key).CreateConnection(), connectionLifetime));
        services.TryAdd(new ServiceDescriptor(typeof(DbConnection), serviceKey, (provider, key) => Resolve<RoutingConnection>(provider, key), connectionLifetime));
        return services;
    }

    // Containers that know no keys are asked without one.
    private static T Resolve<T>(IServiceProvider provider, object? key)
        where T : notnull =>
        key is null ? provider.GetRequiredService<T>() : provider.GetRequiredKeyedService<T>(key);

    private static RoutingDataSource Build(
        IServiceProvider provider,
        Func<RoutingConfiguration?, RoutingDataSourceBuilder> create,
        Action<IServiceProvider, RoutingDataSourceBuilder>? configure,
        IConfiguration? section,
        object? serviceKey)
    {
        var read = section is null ? null : RoutingConfiguration.Read(section);
        var builder = create(read).UseLoggerFactory(provider.GetService<ILoggerFactory>());
        if (serviceKey is string or Enum)
            builder.Name = serviceKey.ToString();
        configure?.Invoke(provider, builder);
        var dataSource = builder.Build();
        if (section is not null)
            dataSource.Companion = new ConfigurationReloader(section, read!, dataSource);
        if (serviceKey is null && provider.GetService<IServiceProviderIsService>()?.IsService(typeof(NpgsqlDataSource)) == true)
            Log.NpgsqlDataSourceRegistered(dataSource.Logger);
        return dataSource;
    }
}

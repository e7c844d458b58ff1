using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;
using ReplicaRouting;
using ReplicaRouting.EntityFrameworkCore.Internal;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Connects contexts to a primary and its replicas.</summary>
public static class RoutingNpgsqlDbContextOptionsBuilderExtensions
{
    /// <summary>Configures the context as <c>UseNpgsql</c> does, over a routing data source: queries go to replicas, everything else to the
    /// primary, and <c>Migrate</c>, <c>EnsureCreated</c> and <c>EnsureDeleted</c> work there on Npgsql's own connections.</summary>
    /// <param name="optionsBuilder">The options of the context.</param>
    /// <param name="dataSource">The data source; the caller owns it.</param>
    /// <param name="npgsqlOptionsAction">The options of <c>UseNpgsql</c>. Types that are mapped here, such as enums, must be mapped with
    /// <see cref="RoutingDataSourceBuilder.ConfigureNpgsql"/> as well.</param>
    /// <returns>The options of the context.</returns>
    public static DbContextOptionsBuilder UseRoutingNpgsql(
        this DbContextOptionsBuilder optionsBuilder, RoutingDataSource dataSource, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        ArgumentNullException.ThrowIfNull(dataSource);
        return optionsBuilder
            .UseNpgsql(dataSource, npgsqlOptionsAction)
            .ReplaceService<IRelationalDatabaseCreator, RoutingDatabaseCreator>()
            .ReplaceService<IMigrator, RoutingMigrator>();
    }

    /// <summary>Configures the context as <see cref="UseRoutingNpgsql(DbContextOptionsBuilder, RoutingDataSource, Action{NpgsqlDbContextOptionsBuilder}?)"/>
    /// does, with the <see cref="RoutingDataSource"/> of a service provider.</summary>
    /// <param name="optionsBuilder">The options of the context.</param>
    /// <param name="services">Where the data source was registered with <c>AddRoutingDataSource</c>.</param>
    /// <param name="npgsqlOptionsAction">The options of <c>UseNpgsql</c>.</param>
    /// <param name="serviceKey">The key that it was registered with; <see langword="null"/> for none.</param>
    /// <returns>The options of the context.</returns>
    /// <exception cref="InvalidOperationException">No routing data source is registered with that key.</exception>
    public static DbContextOptionsBuilder UseRoutingNpgsql(
        this DbContextOptionsBuilder optionsBuilder,
        IServiceProvider services,
        Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null,
        object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var dataSource = serviceKey is null ? services.GetService<RoutingDataSource>() : services.GetKeyedService<RoutingDataSource>(serviceKey);
        return optionsBuilder.UseRoutingNpgsql(
            dataSource ?? throw new InvalidOperationException(
                $"No RoutingDataSource is registered{(serviceKey is null ? "" : $" with the key '{serviceKey}'")}: call services.AddRoutingDataSource first."),
            npgsqlOptionsAction);
    }

    /// <summary>Configures the context as <see cref="UseRoutingNpgsql(DbContextOptionsBuilder, RoutingDataSource, Action{NpgsqlDbContextOptionsBuilder}?)"/>
    /// does, with the <see cref="RoutingDataSource"/> of the application's services.</summary>
    /// <param name="optionsBuilder">The options of a context that was registered with <c>AddDbContext</c>, <c>AddDbContextPool</c> or
    /// <c>AddDbContextFactory</c>.</param>
    /// <param name="npgsqlOptionsAction">The options of <c>UseNpgsql</c>.</param>
    /// <returns>The options of the context.</returns>
    /// <exception cref="InvalidOperationException">The context was not registered with the application's services, or no routing data source was.</exception>
    public static DbContextOptionsBuilder UseRoutingNpgsql(
        this DbContextOptionsBuilder optionsBuilder, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null)
    {
        ArgumentNullException.ThrowIfNull(optionsBuilder);
        var services = optionsBuilder.Options.FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider;
        return optionsBuilder.UseRoutingNpgsql(
            services ?? throw new InvalidOperationException(
                "The context does not know the application's services: register it with AddDbContext, or pass the data source to UseRoutingNpgsql."),
            npgsqlOptionsAction);
    }

    /// <inheritdoc cref="UseRoutingNpgsql(DbContextOptionsBuilder, RoutingDataSource, Action{NpgsqlDbContextOptionsBuilder}?)"/>
    /// <typeparam name="TContext">The type of the context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseRoutingNpgsql<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, RoutingDataSource dataSource, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)((DbContextOptionsBuilder)optionsBuilder).UseRoutingNpgsql(dataSource, npgsqlOptionsAction);

    /// <inheritdoc cref="UseRoutingNpgsql(DbContextOptionsBuilder, IServiceProvider, Action{NpgsqlDbContextOptionsBuilder}?, object?)"/>
    /// <typeparam name="TContext">The type of the context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseRoutingNpgsql<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder,
        IServiceProvider services,
        Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null,
        object? serviceKey = null)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)((DbContextOptionsBuilder)optionsBuilder).UseRoutingNpgsql(services, npgsqlOptionsAction, serviceKey);

    /// <inheritdoc cref="UseRoutingNpgsql(DbContextOptionsBuilder, Action{NpgsqlDbContextOptionsBuilder}?)"/>
    /// <typeparam name="TContext">The type of the context.</typeparam>
    public static DbContextOptionsBuilder<TContext> UseRoutingNpgsql<TContext>(
        this DbContextOptionsBuilder<TContext> optionsBuilder, Action<NpgsqlDbContextOptionsBuilder>? npgsqlOptionsAction = null)
        where TContext : DbContext =>
        (DbContextOptionsBuilder<TContext>)((DbContextOptionsBuilder)optionsBuilder).UseRoutingNpgsql(npgsqlOptionsAction);
}

using Microsoft.EntityFrameworkCore;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>A database of its own for <see cref="ShopContext"/>, over plain Npgsql or over a routing data source; missing until a test creates it.</summary>
public sealed class ShopDatabase : IAsyncDisposable
{
    private static int _count;

    private readonly NpgsqlDataSource? _plain;

    private ShopDatabase(NpgsqlDataSource? plain, RoutingDataSource? routed)
    {
        _plain = plain;
        Routed = routed;
    }

    public RoutingDataSource? Routed { get; }

    public RouteRecorder Recorder { get; } = new();

    public static ShopDatabase Create(string clusterConnectionString, bool isRouted, Action<RoutingOptions>? configure = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(clusterConnectionString)
        {
            Database = $"shop_{Environment.ProcessId}_{Interlocked.Increment(ref _count)}",
        };
        if (!isRouted)
        {
            settings.TargetSessionAttributes = "primary";
            var builder = new NpgsqlDataSourceBuilder(PrimaryOf(settings));
            builder.MapEnum<Mood>();
            return new(builder.Build(), null);
        }

        return new(null, new RoutingDataSourceBuilder(settings.ConnectionString)
            .ConfigureNpgsql(node => node.MapEnum<Mood>())
            .Configure(options =>
            {
                options.ProbeInterval = TimeSpan.FromMilliseconds(200);
                options.ProbeTimeout = TimeSpan.FromMilliseconds(200);
                configure?.Invoke(options);
            })
            .Build());
    }

    public DbContextOptions<ShopContext> Options(Action<NpgsqlDbContextOptionsBuilder>? configure = null)
    {
        var builder = new DbContextOptionsBuilder<ShopContext>().AddInterceptors(Recorder);
        Configure(builder, configure);
        return builder.Options;
    }

    public void Configure(DbContextOptionsBuilder builder, Action<NpgsqlDbContextOptionsBuilder>? configure = null)
    {
        void WithEnum(NpgsqlDbContextOptionsBuilder npgsql)
        {
            npgsql.MapEnum<Mood>();
            configure?.Invoke(npgsql);
        }

        _ = Routed is null ? builder.UseNpgsql(_plain!, WithEnum) : builder.UseRoutingNpgsql(Routed, WithEnum);
    }

    public ShopContext Open(Action<NpgsqlDbContextOptionsBuilder>? configure = null) => new(Options(configure));

    public async ValueTask DisposeAsync()
    {
        await using (var context = Open())
            await context.Database.EnsureDeletedAsync();
        if (_plain is not null)
            await _plain.DisposeAsync();
        if (Routed is not null)
            await Routed.DisposeAsync();
    }

    // EF's EnsureDeleted looks for a pool to clear, which Npgsql's multi-host source has only for each host.
    private static string PrimaryOf(NpgsqlConnectionStringBuilder settings)
    {
        var admin = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "postgres", Pooling = false };
        using var connection = new NpgsqlConnection(admin.ConnectionString);
        connection.Open();
        return new NpgsqlConnectionStringBuilder(settings.ConnectionString)
        {
            Host = connection.Host,
            Port = connection.Port,
            TargetSessionAttributes = null,
        }.ConnectionString;
    }
}

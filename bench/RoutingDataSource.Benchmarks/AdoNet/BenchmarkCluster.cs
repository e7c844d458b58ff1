using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.AdoNet;

/// <summary>A primary with one standby, started at the first use and shared by all benchmarks of the process.</summary>
internal static class BenchmarkCluster
{
    private static readonly Lazy<PostgresCluster> Own = new(() => PostgresCluster.StartAsync(replicas: 1).GetAwaiter().GetResult());
    private static PostgresCluster? _given;

    private static PostgresCluster Cluster => _given ?? Own.Value;

    /// <summary>Uses a cluster that somebody else has started and will stop; of its standbys the first.</summary>
    public static void Use(PostgresCluster cluster) => _given = cluster;

    /// <summary>A data source over both. Probes come once: what is measured is the path of the commands, not the probes beside it.</summary>
    public static RoutingDataSource CreateRouted() => new RoutingDataSourceBuilder()
        .AddPrimary(Cluster.Nodes[0].ConnectionString)
        .AddReplica(Cluster.Nodes[1].ConnectionString)
        .Configure(options => options.ProbeInterval = TimeSpan.FromHours(1))
        .Build();

    /// <summary>Plain Npgsql to the same standby.</summary>
    public static NpgsqlDataSource CreatePlain() => NpgsqlDataSource.Create(Cluster.Nodes[1].ConnectionString);

    /// <summary>Plain Npgsql to the same primary.</summary>
    public static NpgsqlDataSource CreatePlainPrimary() => NpgsqlDataSource.Create(Cluster.Nodes[0].ConnectionString);

    public static async Task StopAsync()
    {
        if (Own.IsValueCreated)
            await Own.Value.DisposeAsync();
    }
}

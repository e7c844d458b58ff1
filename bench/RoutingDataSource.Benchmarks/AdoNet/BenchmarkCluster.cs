using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.AdoNet;

/// <summary>A primary with one standby, started at the first use and shared by all benchmarks of the process.</summary>
internal static class BenchmarkCluster
{
    private static readonly Lazy<PostgresCluster> Cluster = new(() => PostgresCluster.StartAsync(replicas: 1).GetAwaiter().GetResult());

    /// <summary>A data source over both. Probes come once: what is measured is the path of the commands, not the probes beside it.</summary>
    public static RoutingDataSource CreateRouted() => new RoutingDataSourceBuilder()
        .AddPrimary(Cluster.Value.Nodes[0].ConnectionString)
        .AddReplica(Cluster.Value.Nodes[1].ConnectionString)
        .Configure(options => options.ProbeInterval = TimeSpan.FromHours(1))
        .Build();

    /// <summary>Plain Npgsql to the same standby.</summary>
    public static NpgsqlDataSource CreatePlain() => NpgsqlDataSource.Create(Cluster.Value.Nodes[1].ConnectionString);

    public static async Task StopAsync()
    {
        if (Cluster.IsValueCreated)
            await Cluster.Value.DisposeAsync();
    }
}

using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests;

/// <summary>Shorthand of the tests that break servers.</summary>
internal static class Routing
{
    /// <summary>For connection strings: Npgsql's own time-outs are longer than any test may take. Whoever waits for a server that does not answer is
    /// freed by the probes, or the test fails.</summary>
    public const string Patient = ";Timeout=60;Command Timeout=60";

    /// <summary>A data source over all nodes of a cluster, named as the cluster names them, with quick probes.</summary>
    public static RoutingDataSource Build(this PostgresCluster cluster, Action<RoutingOptions>? configure = null, string extra = "", params IRoutingRule[] rules)
    {
        var builder = new RoutingDataSourceBuilder().AddPrimary(cluster.Primary.ConnectionString + extra, name: cluster.Primary.Name);
        foreach (var replica in cluster.Replicas)
            builder.AddReplica(replica.ConnectionString + extra, name: replica.Name);
        foreach (var rule in rules)
            builder.AddRule(rule);
        return builder.Configure(options =>
        {
            options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromSeconds(1); // less is missed now and then on a busy machine
            configure?.Invoke(options);
        }).Build();
    }

    /// <summary>Runs a text on a connection of its own.</summary>
    public static async Task<(object? Value, CommandRoute Route)> RunAsync(this RoutingDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        var value = await command.ExecuteScalarAsync();
        return (value, command.LastRoute!.Value);
    }

    /// <summary>Runs a text on an open connection.</summary>
    public static async Task<(object? Value, CommandRoute Route)> RunAsync(this RoutingConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        var value = await command.ExecuteScalarAsync();
        return (value, command.LastRoute!.Value);
    }

    /// <summary>Waits until the data source knows of a primary and all its replicas, all caught up.</summary>
    public static async Task WaitUntilWellAsync(this RoutingDataSource source)
    {
        await (await source.OpenConnectionAsync()).DisposeAsync();
        await Until.TrueAsync(
            () => source.Cluster is { Primary: not null } cluster && cluster.Replicas.Count() == cluster.Nodes.Count - 1 &&
                cluster.Replicas.All(node => node is { IsReachable: true, Lag: { Bytes: 0, Delay: { Ticks: 0 } } }),
            "all nodes to be well");
    }
}

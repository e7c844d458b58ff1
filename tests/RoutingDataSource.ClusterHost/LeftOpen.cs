namespace ReplicaRouting.ClusterHost;

/// <summary>A program that does not close its data source.</summary>
internal static class LeftOpen
{
    /// <summary>Reads once and prints the answer. Told "frozen", goes on after a line of input until a probe of the replica hangs and was given up.</summary>
    public static async Task ReadAsync(string how, string primary, string replica)
    {
        var source = new RoutingDataSourceBuilder()
            .AddPrimary(primary)
            .AddReplica(replica)
            // A program that waited for a probe, or for the pause between two, would not end before the test has given up.
            .Configure(options => options.ProbeInterval = how == "frozen" ? options.ProbeInterval : TimeSpan.FromHours(1))
            .Build();
        var command = source.CreateCommand("SELECT 1");
        Console.WriteLine(how == "sync" ? command.ExecuteScalar() : await command.ExecuteScalarAsync());
        if (how != "frozen")
            return;
        Console.ReadLine();
        while (source.Cluster.Replicas.Any(node => node.IsReachable))
            await Task.Delay(5);
    }
}

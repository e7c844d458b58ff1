using ReplicaRouting.ClusterHost;
using ReplicaRouting.Testing;

if (args is ["read", var how, var primary, var replica])
{
    await LeftOpen.ReadAsync(how, primary, replica);
    Console.WriteLine("end of Main");
    return;
}

// Prints the folder and the pids of the servers, then waits. Without arguments, one standby; "freeze" stops the primary in its tracks first.
await using var cluster = await PostgresCluster.StartAsync(new PostgresClusterOptions { Replicas = 1, BinaryDirectory = args[0] });
if (args.Contains("freeze")) await cluster.Primary.FreezeAsync();
Console.WriteLine(cluster.Directory);
Console.WriteLine(string.Join(' ', cluster.Nodes.Select(node => node.ProcessId)));
Console.ReadLine();

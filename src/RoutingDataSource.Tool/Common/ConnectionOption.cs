using System.CommandLine;

namespace ReplicaRouting.Tool.Common;

/// <summary>The option that names the servers, the same for all commands.</summary>
internal static class ConnectionOption
{
    internal static Option<string?> Create() => new("--connection")
    {
        HelpName = "string",
        Description = $"Npgsql connection string; Host may list several servers. Default: the environment variable {Server.ConnectionVariable}. " +
            "PGPASSWORD and PGPASSFILE give the password where it should not stand on a command line.",
    };
}

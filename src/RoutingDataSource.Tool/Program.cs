using System.CommandLine;
using ReplicaRouting.Tool.Check;
using ReplicaRouting.Tool.Classify;
using ReplicaRouting.Tool.Cluster;
using ReplicaRouting.Tool.Common;
using ReplicaRouting.Tool.Status;
using ReplicaRouting.Tool.Workload;

var root = new RootCommand(
    $"""
    Tells where RoutingDataSource would send a statement or a workload, and whether a cluster is fit for it.

    {ExitCode.Help}
    """)
{
    ClassifyCommand.Create(),
    WorkloadCommand.Create(),
    StatusCommand.Create(),
    CheckCommand.Create(),
    ClusterCommand.Create(),
};
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    // One line that names the command, where the parser would print the whole help after it.
    var command = parsed.CommandResult.Command;
    var path = command == root ? "" : command.Parents.Contains(root) ? $" {command.Name}" : $" {string.Join(' ', command.Parents.Select(parent => parent.Name))} {command.Name}";
    var message = parsed.UnmatchedTokens is [var token, ..]
        ? $"'{token}' is no {(command.Subcommands.Count > 0 ? "command" : "option")} of it."
        : CommandRunner.OneLine(parsed.Errors[0]);
    Console.Error.WriteLine($"routing{path}: {message} See routing{path} --help.");
    return ExitCode.UserError;
}

// The help of the tool lists its commands with what each is for; their examples are in their own help.
foreach (var command in parsed.CommandResult.Command.Subcommands)
    command.Description = command.Description?.Split("\n\n")[0].ReplaceLineEndings(" ");

// Ctrl-C: whoever is asked to end may take the time that ending servers takes.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });

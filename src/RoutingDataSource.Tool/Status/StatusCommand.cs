using System.CommandLine;
using ReplicaRouting.Tool.Common;
using Spectre.Console;

namespace ReplicaRouting.Tool.Status;

/// <summary><c>routing status</c>: who is the primary, who lags, and which settings matter.</summary>
internal static class StatusCommand
{
    private const string Description = $"""
        Shows nodes, roles, lag, system identifiers and the settings that matter to routing; ends with 1 when something is wrong.

        Examples:
          routing status --connection "Host=db1,db2,db3;Database=shop;Username=app"
          routing status --connection "…" --watch                (a live table, until Ctrl-C)
          routing status --connection "…" --json                 (one line of JSON; with --watch one line each time)
          routing status --connection "…" --max-lag 2 || alert

        Lag is the age of the last commit that a replica has replayed, and zero when it has replayed everything. Wrong is: a server that does not
        answer, no primary or two, a server of another cluster, a replica that does not stream, is paused, or lags beyond --max-lag.

        {ExitCode.Help}
        """;

    internal static Command Create()
    {
        var connection = ConnectionOption.Create();
        var watch = new Option<bool>("--watch") { Description = "Go on until Ctrl-C; the exit code is that of the last look." };
        var interval = new Option<double>("--interval") { HelpName = "seconds", Description = "Seconds between two looks of --watch, at least 0.1.", DefaultValueFactory = _ => 2 };
        var maxLag = new Option<double>("--max-lag") { HelpName = "seconds", Description = "Seconds beyond which a replica's lag is wrong: MaxReplicaLag.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "For programs." };
        var command = new Command("status", Description) { connection, watch, interval, maxLag, json };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync("status", () =>
        {
            if (!(result.GetValue(interval) is >= 0.1 and <= 86_400))
                throw new UserErrorException("--interval must be 0.1 to 86400 seconds.");
            if (!(result.GetValue(maxLag) is >= 0 and <= 86_400))
                throw new UserErrorException("--max-lag must be 0 to 86400 seconds.");
            var look = new Look(Server.Parse(result.GetValue(connection)), TimeSpan.FromSeconds(result.GetValue(maxLag)), result.GetValue(json));
            return result.GetValue(watch)
                ? WatchAsync(look, TimeSpan.FromSeconds(result.GetValue(interval)), cancellation)
                : ShowAsync(look, cancellation);
        }));
        return command;
    }

    private static async Task<int> ShowAsync(Look look, CancellationToken cancellationToken)
    {
        var status = await Screen.WhileAsync("Asking the servers", () => ReadAsync(look, cancellationToken)).ConfigureAwait(false);
        Write(look, status);
        return CodeOf(status);
    }

    private static async Task<int> WatchAsync(Look look, TimeSpan interval, CancellationToken cancellationToken)
    {
        var status = await ReadAsync(look, cancellationToken).ConfigureAwait(false);
        try
        {
            if (Screen.IsPipe || look.IsJson)
            {
                while (true)
                {
                    Write(look, status);
                    await Task.Delay(interval, cancellationToken).ConfigureAwait(false);
                    status = await LookAgainAsync().ConfigureAwait(false);
                }
            }

            await Screen.Output.Live(StatusView.Create(status)).StartAsync(async live =>
            {
                while (true)
                {
                    await Task.Delay(interval, cancellationToken).ConfigureAwait(false);
                    status = await LookAgainAsync().ConfigureAwait(false);
                    live.UpdateTarget(StatusView.Create(status));
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C
        }

        return CodeOf(status);

        // Once the watch has begun, servers that are all away are what it is there to show.
        async Task<ClusterStatus> LookAgainAsync() =>
            new(await StatusReader.ReadAllAsync(look.Servers, cancellationToken).ConfigureAwait(false), look.MaxLag);
    }

    private static async Task<ClusterStatus> ReadAsync(Look look, CancellationToken cancellationToken)
    {
        var servers = await StatusReader.ReadAllAsync(look.Servers, cancellationToken).ConfigureAwait(false);
        StatusReader.ThrowIfNobodyAnswers(servers);
        return new(servers, look.MaxLag);
    }

    private static void Write(Look look, ClusterStatus status)
    {
        if (!look.IsJson)
        {
            Screen.Output.Write(StatusView.Create(status));
            Screen.Output.WriteLine();
            return;
        }

        using var output = Console.OpenStandardOutput();
        StatusView.WriteJson(status, output);
    }

    private static int CodeOf(ClusterStatus status) => status.Problems.Count == 0 ? ExitCode.Fine : ExitCode.Problem;

    private sealed record Look(List<Server> Servers, TimeSpan MaxLag, bool IsJson);
}

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>Keeps one contender at one workload for some seconds, for a profiler to look at.</summary>
internal static class Profile
{
    public const string Usage = "profile plain|routed held|query sync|async <clients> <seconds>";

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [_, "plain" or "routed", "held" or "query", "sync" or "async", var clients, var seconds])
        {
            await Console.Error.WriteLineAsync($"usage: {Usage}");
            return 2;
        }

        var workload = Workload.ByKey(Number(clients), args[2] == "held", args[3] == "async");
        await using var arena = await Arena.StartAsync(hasServices: false);
        var contenders = arena.Choose(args[1] == "plain" ? Contender.Npgsql : Contender.RoutingOneReplica);
        Console.WriteLine($"{contenders[0].Name}: {workload.Name}; process {Environment.ProcessId}");
        var contest = new Contest(Number(seconds), 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        var figures = (await contest.RunAsync(workload, contenders))[0];
        Console.WriteLine(FormattableString.Invariant(
            $"{figures.Of(round => round.Throughput).Value:N0} commands/s, median {figures.Of(round => round.Median).Value:N1} µs, CPU {figures.Of(round => round.Cpu).Value:N1} µs/command, {figures.Of(round => round.Bytes).Value:N0} bytes/command"));
        return 0;
    }

    private static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}

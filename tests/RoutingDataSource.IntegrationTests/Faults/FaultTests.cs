using System.Globalization;
using Xunit.Abstractions;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>Real servers are killed, frozen, delayed and promoted under load. The short form is part of every run;
/// <c>./test.sh --faults</c> runs the long one, for ROUTING_FAULTS_SECONDS seconds with the seed ROUTING_FAULTS_SEED.</summary>
public sealed class FaultTests(ITestOutputHelper output)
{
    private static readonly string[] AllFaults =
        ["kill", "freeze", "restart", "pause", "delay", "conflict", "slots", "promote-killed", "promote-alive"];

    [Fact]
    public async Task MixedLoad_WhileServersBreak_LosesNoRead()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("ROUTING_FAULTS_SECONDS") ?? "20", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("ROUTING_FAULTS_SEED") ?? "1", CultureInfo.InvariantCulture);
        var report = Environment.GetEnvironmentVariable("ROUTING_FAULTS_REPORT");
        var lines = new List<string>();
        FaultCounts counts;
        await using (var run = new FaultRun(seed, TimeSpan.FromSeconds(seconds), workers: 16, Log))
            counts = await run.RunAsync(NetworkPath.WhyNot is null ? [.. AllFaults, "cut"] : AllFaults);
        if (NetworkPath.WhyNot is { } reason)
            Log($"the network was not cut: {reason}");
        Log($"seed {seed}");
        Log(counts.ToString());
        Assert.True(counts.IsClean, string.Join(Environment.NewLine, lines.TakeLast(60)));

        void Log(string line)
        {
            lock (lines)
                lines.Add(line);
            output.WriteLine(line);
            if (report is not null)
            {
                lock (lines)
                    File.AppendAllText(report, line + Environment.NewLine);
            }
        }
    }
}

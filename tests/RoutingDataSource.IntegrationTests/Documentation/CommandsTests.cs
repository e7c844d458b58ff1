using System.Diagnostics;
using System.Text.RegularExpressions;
using ReplicaRouting.IntegrationTests.Tool;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The commands that the pages show, run as they stand there but for the addresses.</summary>
[Collection(Builds.Name)]
public sealed partial class CommandsTests
{
    private const string RoutingMarker = $"runs: {nameof(CommandsTests)}.{nameof(Routing_AsThePagesSay_Runs)}";

    [Theory]
    [InlineData("docs/tool.md")]
    [InlineData("src/RoutingDataSource.Tool/README.md")]
    public async Task Routing_AsThePagesSay_Runs(string page)
    {
        await using var cluster = await TestPostgres.StartAsync(2, options =>
        {
            (options.Username, options.Database) = ("app", "shop");
            options.Settings["shared_preload_libraries"] = "pg_stat_statements";
        });
        await cluster.Primary.ExecuteAsync("CREATE EXTENSION pg_stat_statements; CREATE TABLE orders (id bigint, item text)");
        await cluster.WaitForReplayAsync();
        var folder = Directory.CreateTempSubdirectory("routing-commands-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "queries"));
            await File.WriteAllTextAsync(Path.Combine(folder, "queries", "orders.sql"), "SELECT * FROM orders; DELETE FROM orders;");
            await File.WriteAllTextAsync(
                Path.Combine(folder, "routing"), $"#!/bin/sh\nexec dotnet '{BuiltProject.File("src/RoutingDataSource.Tool", "routing.dll")}' \"$@\"\n");
            File.SetUnixFileMode(Path.Combine(folder, "routing"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            foreach (var line in string.Concat(Pages.Marked(page, RoutingMarker)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await RunAsync(line, folder, cluster);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Demo_AsThePagesSay_EndsWell()
    {
        foreach (var page in new[] { "README.md", "docs/quick-start.md" })
            Assert.Equal("./demo.sh", Pages.Marked(page, $"runs: {nameof(CommandsTests)}.{nameof(Demo_AsThePagesSay_EndsWell)}").Single().Split('#')[0].Trim());
        using var process = Process.Start(Script("./demo.sh"))!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Join('\n', lines) + await error);
        Assert.Equal("demo: ok", lines[^1]);
        Assert.Contains(lines, line => line.Contains("ProvenRead", StringComparison.Ordinal));
    }

    private static async Task RunAsync(string line, string folder, PostgresCluster cluster)
    {
        var isEndless = line.Contains("--watch", StringComparison.Ordinal) || line.Contains("cluster up", StringComparison.Ordinal);
        var command = Hosts().Replace(line, hosts => string.Join(',', hosts.Value.Split(',').Select(host => $"127.0.0.1:{cluster.Nodes[host[2] - '1'].Port}")));
        var start = new ProcessStartInfo("bash", ["-c", isEndless ? $"exec {command}" : command])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["PGPASSWORD"] = cluster.Options.Password;
        start.Environment.Remove("ROUTING_CONNECTION");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        if (isEndless)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            if (await process.StandardOutput.ReadLineAsync(patience.Token) is null)
                Assert.Fail($"{line}: {await error}"); // only now: it ends with the process
            Assert.Equal(0, Signals.Terminate(process.Id));
        }

        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{line}: exit code {process.ExitCode}\n{output}\n{await error}");
        Assert.DoesNotContain(cluster.Options.Password, output, StringComparison.Ordinal);
    }

    // Without what the test host sets for itself, as a shell has it.
    private static ProcessStartInfo Script(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = Sample.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    [GeneratedRegex(@"(?<=Host=)db\d(,db\d)*")]
    private static partial Regex Hosts();
}

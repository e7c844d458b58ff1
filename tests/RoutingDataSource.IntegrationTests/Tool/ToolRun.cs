using System.Diagnostics;
using System.Text.Json;

namespace ReplicaRouting.IntegrationTests.Tool;

/// <summary>One run of the tool, as a user's shell would start it, with pipes for all streams.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static ProcessStartInfo Describe(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProject.File("src/RoutingDataSource.Tool", "routing.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("ROUTING_CONNECTION");
        return start;
    }

    public static Task<ToolRun> RunAsync(params string[] arguments) => RunAsync(Describe(arguments));

    public static async Task<ToolRun> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    public JsonElement Json()
    {
        Assert.Equal("", Error);
        return JsonDocument.Parse(Output).RootElement;
    }

    /// <summary>What every command owes to wrong input: exit code 2, one line that says what and what to do, no stack trace, no secret.</summary>
    public void AssertRefused(string command, string what, params string[] secrets)
    {
        Assert.True(ExitCode == 2, $"exit code {ExitCode}\n{Output}\n{Error}");
        Assert.Equal("", Output);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"routing {command}: ", line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
    }
}

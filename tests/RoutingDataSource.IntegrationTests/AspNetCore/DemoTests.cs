using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ReplicaRouting.IntegrationTests.Documentation;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>The script that starts the sample, as a user runs it.</summary>
[Collection(Builds.Name)]
public sealed class DemoTests
{
    [Fact]
    public async Task Web_OfTheScript_ServesAndLeavesNothingWhenTheScriptAloneIsTerminated()
    {
        var folder = Directory.CreateTempSubdirectory("routing-demo-test-");
        File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        using var script = Process.Start(Describe(folder.FullName))!;
        var errors = script.StandardError.ReadToEndAsync();
        Uri? address = null;
        try
        {
            while (await script.StandardOutput.ReadLineAsync() is { } line)
            {
                if (Regex.Match(line, @"^The message server: +(http://127\.0\.0\.1:\d+/)$") is { Success: true } match)
                    address = new(match.Groups[1].Value);
                if (line == "Ctrl-C ends everything.")
                    break;
            }

            Assert.True(address is not null, script.HasExited ? await errors : "the script printed no address");
            await PostAsync(address, "<b>from a test</b>");
        }
        finally
        {
            using var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {script.Id}"]);
            await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await script.WaitForExitAsync(limit.Token);
        }

        Assert.Equal(143, script.ExitCode);
        Assert.Equal("Building samples/MessageServer …", (await errors).Trim());
        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, address.Port));
        Assert.Empty(folder.GetFileSystemInfos());
        folder.Delete();
    }

    private static ProcessStartInfo Describe(string folder)
    {
        var start = new ProcessStartInfo("bash", [Path.Combine(Sample.Root, "demo.sh"), "--web"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name); // what dotnet test sets for itself
        start.Environment["TMPDIR"] = folder;
        return start;
    }

    private static async Task PostAsync(Uri address, string text)
    {
        using var client = new HttpClient { BaseAddress = address };
        var token = Regex.Match(await client.GetStringAsync("/"), "name=\"(?<name>__[^\"]+)\" value=\"(?<value>[^\"]+)\"");
        using var form = new FormUrlEncodedContent([new("text", text), new(token.Groups["name"].Value, token.Groups["value"].Value)]);
        using var page = await client.PostAsync("/", form); // follows the redirect to the page
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("<p>&lt;b&gt;from a test&lt;/b&gt;</p>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Message server: routing", await client.GetStringAsync("/routing"), StringComparison.Ordinal);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ReplicaRouting.IntegrationTests.Poolers;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>Every sample of every page: programs are run and must print what their comments say, types are compiled, commands are run or say why not.</summary>
[Collection(Alone.Name)]
public sealed partial class PagesTests
{
    // Run or compiled by tests of their own, which know what they need.
    private static readonly string[] Elsewhere = ["README.md", "consistency.md", "failover.md", "configuration.md", "entity-framework-core.md", "aspnetcore.md"];

    public static TheoryData<string, int> Programs => Samples("program");

    public static TheoryData<string, int> Types => Samples("types");

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_OfAPage_PrintsWhatItsCommentsSay(string page, int number)
    {
        var sample = Blocks(page, "csharp")[number].Text;
        await using var cluster = await TestPostgres.StartAsync(configure: options => options.Database = "shop");
        await cluster.Primary.ExecuteAsync("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL)");
        await cluster.WaitForReplayAsync();

        var printed = await Sample.RunAsync(WithAddresses(sample, cluster));
        var expected = Expectation().Matches(sample).Select(match => match.Groups["comment"].Value.Trim()).ToList();
        Assert.NotEmpty(expected);
        var lines = printed.Take(expected.Count).ToList();
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], lines[i].Replace(" %", "%", StringComparison.Ordinal).Replace("%", " %", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Types_OfAPage_Compile(string page, int number) =>
        Assert.NotEmpty(Sample.Compile(Blocks(page, "csharp")[number].Text, OutputKind.DynamicallyLinkedLibrary).GetExportedTypes());

    [Fact]
    public void Samples_OfAllPages_AreRunOrCompiled() => Assert.Empty(
        from page in Pages()
        where !Elsewhere.Contains(page)
        from block in Blocks(page, "csharp")
        where block.Marker is not ("sample: program" or "sample: types")
        select $"{page}: a C# sample without <!-- sample: program --> or <!-- sample: types -->: {block.Text.Split('\n')[0]}");

    [Fact]
    public void Commands_OfAllPages_AreRunOrSayWhyNot() => Assert.Empty(
        from page in Pages()
        from block in Blocks(page, "sh")
        where block.Marker != "runs: streaming" && !block.Text.StartsWith("# not run ", StringComparison.Ordinal)
        select $"{page}: commands that no test runs, and that do not begin with '# not run': {block.Text.Split('\n')[0]}");

    [Fact]
    public void Links_OfAllPages_LeadSomewhere() => Assert.Empty(
        from page in Pages().Where(page => page != "README.md")
        from Match link in LocalLink().Matches(File.ReadAllText(PathOf(page)))
        let target = Path.Combine(Sample.Root, "docs", link.Groups["path"].Value)
        where !Path.Exists(target)
        select $"{page} links to {link.Groups["path"].Value}, which does not exist");

    [PoolerFact]
    public async Task StreamingReplication_AsTheRecipeSays_Runs()
    {
        var binaries = Directory.EnumerateDirectories("/usr/lib/postgresql").Order().Select(folder => Path.Combine(folder, "bin")).Last(folder => File.Exists(Path.Combine(folder, "pg_basebackup")));
        var script = string.Concat(Blocks("deployment.md", "sh").Where(block => block.Marker == "runs: streaming").Select(block => block.Text));
        var (primary, replica) = (FreePort(), FreePort());
        script = script.Replace("5432", Text(primary), StringComparison.Ordinal).Replace("5433", Text(replica), StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("routing-recipe-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "recipe.sh"), $$"""
                set -euo pipefail
                cd "$(dirname "$0")"
                export PATH="{{binaries}}:$PATH" ADMIN_PASSWORD=admin REPLICATION_PASSWORD=replicator APP_PASSWORD=app LC_ALL=C
                trap 'pg_ctl -D replica -m immediate stop; pg_ctl -D primary -m immediate stop' EXIT
                {{script}}
                echo ready
                read -r end
                """);
            if (Environment.IsPrivilegedProcess)
                using (var chown = Process.Start("chown", ["-R", "postgres:", folder]))
                    await chown.WaitForExitAsync();
            var start = new ProcessStartInfo("bash", [Path.Combine(folder, "recipe.sh")])
            {
                WorkingDirectory = folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            if (Environment.IsPrivilegedProcess)
                start.UserName = "postgres";
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            string? line, before = null;
            while ((line = await process.StandardOutput.ReadLineAsync()) is not null and not "ready")
                before = line;
            Assert.True(line is "ready", line is null ? await error : "");
            Assert.Equal("t", before); // the replica is in recovery

            await using (var source = RoutingDataSource.Create($"Host=127.0.0.1,127.0.0.1;Port={primary},{replica};Username=app;Password=app;Database=shop"))
            {
                await source.WaitUntilWellAsync();
                await source.RunAsync("CREATE TABLE t (i int)");
                await Until.TrueAsync(async () => (await source.RunAsync("SELECT 1")).Route.Target == RouteTarget.Replica, "a read on the replica");
            }

            await process.StandardInput.WriteLineAsync();
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TheoryData<string, int> Samples(string kind)
    {
        var samples = new TheoryData<string, int>();
        foreach (var page in Pages().Where(page => !Elsewhere.Contains(page)))
        {
            var blocks = Blocks(page, "csharp");
            for (var i = 0; i < blocks.Count; i++)
            {
                if (blocks[i].Marker == $"sample: {kind}")
                    samples.Add(page, i);
            }
        }

        return samples;
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(Sample.Root, "docs"), "*.md").Select(file => Path.GetFileName(file)!).Append("README.md").Order();

    private static string PathOf(string page) => page == "README.md" ? Path.Combine(Sample.Root, page) : Path.Combine(Sample.Root, "docs", page);

    private static List<(string? Marker, string Text)> Blocks(string page, string language) =>
    [
        .. from Match match in Block().Matches(File.ReadAllText(PathOf(page)))
           where match.Groups["language"].Value == language
           select (match.Groups["marker"].Success ? match.Groups["marker"].Value : null, match.Groups["text"].Value),
    ];

    // db1 is the primary, db2 and db3 its replicas; a list of hosts becomes a list of addresses.
    private static string WithAddresses(string sample, PostgresCluster cluster) => Address().Replace(sample, match => SymbolDisplay.FormatLiteral(
        match.Groups["hosts"].Value.Split(',') is { Length: > 1 } hosts
            ? $"Host={string.Join(',', hosts.Select(host => $"127.0.0.1:{cluster.Nodes[host[2] - '1'].Port}"))};Username={cluster.Options.Username};Password={cluster.Options.Password};Database=shop"
            : cluster.Nodes[match.Groups["hosts"].Value[2] - '1'].ConnectionString,
        quote: true));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^(?:<!-- (?<marker>[^\n]*) -->\n)?```(?<language>\\w+)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<!//[^\n]*)Console\.WriteLine\(.*\);[ ]*// (?<comment>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expectation();

    [GeneratedRegex(@"""Host=(?<hosts>db\d(,db\d)*);[^""]*""")]
    private static partial Regex Address();

    [GeneratedRegex(@"\]\((?<path>(?!https?:)[^)#]+)")]
    private static partial Regex LocalLink();
}

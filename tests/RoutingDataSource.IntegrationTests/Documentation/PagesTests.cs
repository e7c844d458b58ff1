using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using ReplicaRouting.IntegrationTests.Poolers;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>Every sample of every page: programs are run and must print what their comments say, types are compiled, commands are run or say why not.</summary>
[Collection(Alone.Name)]
public sealed partial class PagesTests
{
    public static TheoryData<string, int> Programs => Samples("program");

    public static TheoryData<string, int> Types => Samples("types");

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_OfAPage_PrintsWhatItsCommentsSay(string page, int number)
    {
        var sample = Pages.Marked(page, "sample: program")[number];
        await using var cluster = await Shop.StartAsync();
        var printed = await Sample.RunAsync(Shop.WithAddresses(sample, cluster));
        var expected = Shop.Expected(sample);
        Assert.NotEmpty(expected);
        var lines = printed.Take(expected.Count).ToList();
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], lines[i].Replace(" %", "%", StringComparison.Ordinal).Replace("%", " %", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Types_OfAPage_Compile(string page, int number) =>
        Assert.NotEmpty(Sample.Compile(Pages.Marked(page, "sample: types")[number], OutputKind.DynamicallyLinkedLibrary).GetExportedTypes());

    [Fact]
    public void Blocks_OfAllPages_SayWhatTheyAre() => Assert.Empty(
        from block in AllBlocks()
        where block.Language is not ("csharp" or "sh" or "json" or "text") || (block.Language == "text" && Command().IsMatch(block.Text))
        select $"{block}: neither csharp, sh, json nor text without commands");

    [Fact]
    public void Samples_OfAllPages_AreRunOrCompiled() => Assert.Empty(
        from block in AllBlocks()
        where block.Language == "csharp" && block.Marker is not ("sample: program" or "sample: types") && !NamesATest(block.Marker, "sample: ")
        select $"{block}: not behind <!-- sample: program -->, <!-- sample: types --> or <!-- sample: Class.Method --> of a test");

    [Fact]
    public void Commands_OfAllPages_AreRunOrSayWhyNot() => Assert.Empty(
        from block in AllBlocks()
        where block.Language == "sh" && !NamesATest(block.Marker, "runs: ") && !(block.Marker?.StartsWith("not run: ", StringComparison.Ordinal) ?? false)
        select $"{block}: not behind <!-- runs: Class.Method --> of a test or <!-- not run: why -->");

    [Fact]
    public void Links_OfAllPages_LeadSomewhere() => Assert.Empty(
        from page in Pages.All
        from Match link in LocalLink().Matches(Pages.Read(page))
        let target = Path.Combine(Sample.Root, Path.GetDirectoryName(page)!, link.Groups["path"].Value)
        where !Path.Exists(target)
        select $"{page} links to {link.Groups["path"].Value}, which does not exist");

    [Fact]
    public void Anchors_OfAllPages_AreHeadings() => Assert.Empty(
        from page in Pages.All
        from Match link in Anchor().Matches(Pages.Read(page))
        let path = link.Groups["path"].Value
        let target = path.Length == 0 ? page : Path.GetRelativePath(Sample.Root, Path.Combine(Sample.Root, Path.GetDirectoryName(page)!, path))
        where target.EndsWith(".md", StringComparison.Ordinal) && !Headings(target).Contains(link.Groups["anchor"].Value)
        select $"{page} links to {target}#{link.Groups["anchor"].Value}, which is no heading there");

    [PoolerFact]
    public async Task StreamingReplication_AsTheRecipeSays_Runs()
    {
        var binaries = Directory.EnumerateDirectories("/usr/lib/postgresql").Order().Select(folder => Path.Combine(folder, "bin")).Last(folder => File.Exists(Path.Combine(folder, "pg_basebackup")));
        var script = string.Concat(Pages.Marked("docs/deployment.md", $"runs: {nameof(PagesTests)}.{nameof(StreamingReplication_AsTheRecipeSays_Runs)}"));
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
        foreach (var page in Pages.All)
        {
            var count = Pages.Blocks(page).Count(block => block.Marker == $"sample: {kind}");
            for (var i = 0; i < count; i++)
                samples.Add(page, i);
        }

        return samples;
    }

    private static IEnumerable<Pages.Block> AllBlocks() => Pages.All.SelectMany(Pages.Blocks);

    private static bool NamesATest(string? marker, string kind)
    {
        if (marker?.StartsWith(kind, StringComparison.Ordinal) is not true || marker[kind.Length..].Split('.') is not [var type, var method])
            return false;
        var tests = typeof(PagesTests).Assembly.GetTypes().SingleOrDefault(each => each.Name == type && each.Namespace!.StartsWith("ReplicaRouting", StringComparison.Ordinal));
        return tests?.GetMethod(method)?.IsDefined(typeof(FactAttribute), inherit: true) is true;
    }

    // As GitHub makes them.
    private static IEnumerable<string> Headings(string page) => Heading().Matches(Pages.Read(page)).Select(heading => string.Concat(
        heading.Groups["text"].Value.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\]\((?<path>(?!https?:)[^)#]+)")]
    private static partial Regex LocalLink();

    [GeneratedRegex(@"\]\((?<path>(?!https?:)[^)#]*)#(?<anchor>[^)]+)\)")]
    private static partial Regex Anchor();

    [GeneratedRegex("^#+ (?<text>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(\$ |\./|(sudo|dotnet|routing|npm|docker|kubectl|psql|bash|curl|apt-get|git) )", RegexOptions.Multiline)]
    private static partial Regex Command();
}

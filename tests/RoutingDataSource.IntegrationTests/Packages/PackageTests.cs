using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.Packages;

/// <summary>What dotnet pack makes is what a user can install and run.</summary>
[Collection(Documentation.Builds.Name)]
public sealed class PackageTests(PackagesFixture fixture) : IClassFixture<PackagesFixture>
{
    [Theory]
    [InlineData("RoutingDataSource", "lib/net10.0/RoutingDataSource")]
    [InlineData("RoutingDataSource.EntityFrameworkCore", "lib/net10.0/RoutingDataSource.EntityFrameworkCore")]
    [InlineData("RoutingDataSource.AspNetCore", "lib/net10.0/RoutingDataSource.AspNetCore")]
    [InlineData("RoutingDataSource.Testing", "lib/net10.0/RoutingDataSource.Testing")]
    [InlineData("RoutingDataSource.Tool", "tools/net10.0/any/routing")]
    public void Package_EachOfThem_IsComplete(string id, string assembly)
    {
        using var package = Open(id, "nupkg");
        var manifest = Manifest(package);
        Assert.Equal(
            (id, PackagesFixture.Version, "PostgreSQL", "README.md", "icon.png"),
            (Text("id"), Text("version"), Text("license"), Text("readme"), Text("icon")));
        Assert.NotEqual("", Text("description"));
        Assert.NotEqual("Package Description", Text("description"));
        Assert.NotNull(package.GetEntry("README.md"));
        Assert.NotNull(package.GetEntry("icon.png"));
        if (!assembly.StartsWith("tools", StringComparison.Ordinal))
            Assert.NotNull(package.GetEntry(assembly + ".xml"));
        using var symbols = Open(id, "snupkg");
        Assert.NotNull(symbols.GetEntry(assembly + ".pdb"));

        using var image = new MemoryStream();
        using (var stream = package.GetEntry(assembly + ".dll")!.Open())
            stream.CopyTo(image);
        image.Position = 0;
        using var reader = new PEReader(image);
        var debug = reader.ReadDebugDirectory();
        Assert.Contains(debug, entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        var codeView = debug.Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        Assert.StartsWith("/_/", reader.ReadCodeViewDebugDirectoryData(codeView).Path, StringComparison.Ordinal); // no folder of this machine

        string Text(string name) => manifest.Descendants().First(element => element.Name.LocalName == name).Value;
    }

    [Theory]
    [InlineData("RoutingDataSource", "Npgsql", "[10.0.0, 11.0.0)")]
    [InlineData("RoutingDataSource.EntityFrameworkCore", "Npgsql.EntityFrameworkCore.PostgreSQL", "[10.0.0, 10.1.0)")]
    [InlineData("RoutingDataSource.EntityFrameworkCore", "RoutingDataSource", "[0.1.0]")]
    [InlineData("RoutingDataSource.AspNetCore", "RoutingDataSource", "[0.1.0]")]
    [InlineData("RoutingDataSource.Testing", "Npgsql", "[10.0.0, 11.0.0)")]
    public void Package_WhatItDependsOn_IsBounded(string id, string dependency, string range)
    {
        using var package = Open(id, "nupkg");
        var found = Manifest(package).Descendants().Single(element => element.Name.LocalName == "dependency" && (string)element.Attribute("id")! == dependency);
        Assert.Equal(range, (string)found.Attribute("version")!);
    }

    [Fact]
    public async Task Install_IntoAFreshProgram_Runs()
    {
        var folder = fixture.NewProject(
            "consumer", Program("Consumer"), "", "RoutingDataSource", "RoutingDataSource.EntityFrameworkCore", "RoutingDataSource.Testing");
        var printed = await PackagesFixture.DotNetAsync(folder, "run");
        Assert.Equal(["tea", "replica"], printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task Install_IntoAFreshWebApplication_CarriesTheSession()
    {
        using (var package = Open("RoutingDataSource.AspNetCore", "nupkg"))
        {
            var framework = Manifest(package).Descendants().Single(element => element.Name.LocalName == "frameworkReference");
            Assert.Equal("Microsoft.AspNetCore.App", (string)framework.Attribute("name")!);
        }

        var folder = fixture.NewWebProject("web", Program("Web"), "RoutingDataSource.AspNetCore", "RoutingDataSource.Testing");
        var printed = await PackagesFixture.DotNetAsync(folder, "run");
        Assert.Equal(
            ["Created, cookie: True", "1 Primary ReadYourWrites", "0 Replica ProvenRead", "Healthy"],
            printed.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task Install_TheTool_Runs()
    {
        var folder = fixture.NewProject("tool", "", "");
        var tools = Path.Combine(folder, "tools");
        await PackagesFixture.DotNetAsync(
            folder, "tool", "install", "RoutingDataSource.Tool", "--version", PackagesFixture.Version, "--tool-path", tools, "--configfile", Path.Combine(folder, "nuget.config"));
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(tools, "routing"), ["classify", "SELECT 1 FOR UPDATE"]) { RedirectStandardOutput = true })!;
        Assert.Contains("LockingClause", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public Task Publish_Trimmed_WarnsOfNothingAndWorks() => PublishAndUseAsync("trimmed", "<PublishTrimmed>true</PublishTrimmed>");

    [NativeFact]
    public Task Publish_NativeAot_WarnsOfNothingAndWorks() => PublishAndUseAsync("native", "<PublishAot>true</PublishAot>");

    /// <summary>Publishes a program, lets it use whatever reflection or generated code could break, and freezes its replica, which only a severed link helps.</summary>
    private async Task PublishAndUseAsync(string name, string how)
    {
        var folder = fixture.NewProject(
            name,
            Program("Published"),
            $"<RuntimeIdentifier>{PackagesFixture.Rid}</RuntimeIdentifier>{how}<TrimmerSingleWarn>false</TrimmerSingleWarn>" +
            "<InvariantGlobalization>true</InvariantGlobalization>",
            "RoutingDataSource", "Microsoft.Extensions.Configuration/10.0.0", "Microsoft.Extensions.DependencyInjection/10.0.0");
        var output = await PackagesFixture.DotNetAsync(folder, "publish", "-o", Path.Combine(folder, "out"));
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);

        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        using var process = Process.Start(new ProcessStartInfo(
            Path.Combine(folder, "out", name), [cluster.Primary.ConnectionString, cluster.Replicas[0].ConnectionString, cluster.ConnectionString])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var complaints = process.StandardError.ReadToEndAsync();
        foreach (var expected in new[]
        {
            "primary primary (Write)", "sum 12", "3 columns, 5, 5+6, Utc", "copied 11", "LockingClause, 2 nodes, pool of 7", PostgresErrorCodes.UndefinedTable,
            "service 1", "ready",
        })
        {
            var line = await process.StandardOutput.ReadLineAsync();
            Assert.True(line == expected, $"{expected} was expected, and this printed: {line ?? await complaints}");
        }

        await cluster.Replicas[0].FreezeAsync();
        await process.StandardInput.WriteLineAsync();
        Assert.Equal("11", await process.StandardOutput.ReadLineAsync());
        Assert.Equal("primary primary (ServerLost, rerun)", await process.StandardOutput.ReadLineAsync());
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await complaints));
    }

    private static string Program(string name)
    {
        var file = Path.Combine(Documentation.Sample.Root, "tests", "RoutingDataSource.IntegrationTests", "Packages", $"{name}.cs.txt");
        return File.ReadAllText(file);
    }

    private ZipArchive Open(string id, string kind) => ZipFile.OpenRead(Path.Combine(fixture.Packages, $"{id}.{PackagesFixture.Version}.{kind}"));

    private static XDocument Manifest(ZipArchive package)
    {
        using var stream = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream);
    }
}

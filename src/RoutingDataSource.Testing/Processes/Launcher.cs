using System.Diagnostics;
using System.Text;

namespace ReplicaRouting.Testing;

/// <summary>Starts programs as the user that the servers run as. PostgreSQL refuses to run as root, so root steps down to another user.</summary>
internal sealed class Launcher
{
    private Launcher(string? userName) => UserName = userName;

    /// <summary>Gets the user to step down to; <see langword="null"/> when the present user will do.</summary>
    public string? UserName { get; }

    public static Launcher Create()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(
                "PostgresCluster needs Unix signals and shell. On Windows run the program in WSL, or use a server that is already there.");
        }

        return new Launcher(Environment.IsPrivilegedProcess ? UnprivilegedUser() : null);
    }

    /// <summary>A launcher that stays the present user: for work that is not a server's, such as npm's.</summary>
    public static Launcher CreateForCurrentUser() => new(null);

    /// <summary>Finds a program on PATH and in the folders that hold the system's own.</summary>
    public static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="PostgresClusterException">It ended with another code than 0; the message holds what it wrote.</exception>
    public async Task RunAsync(string workingDirectory, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var (code, output) = await TryRunAsync(workingDirectory, program, arguments, cancellationToken).ConfigureAwait(false);
        if (code != 0) throw new PostgresClusterException($"{program} ended with code {code}:{Environment.NewLine}{output.Trim()}");
    }

    /// <summary>Runs a program to its end and gives its exit code and what it wrote to either stream.</summary>
    public async Task<(int Code, string Output)> TryRunAsync(
        string workingDirectory, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var info = Describe(workingDirectory, program, arguments);
        info.RedirectStandardInput = true;
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        var output = new StringBuilder();
        using var process = new Process { StartInfo = info };
        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, output.ToString());

        void Append(object sender, DataReceivedEventArgs e)
        {
            lock (output) output.AppendLine(e.Data);
        }
    }

    /// <summary>Starts a program that stays, in a session of its own (so that Ctrl+C in a terminal does not reach it before its owner has
    /// finished with it), writing to a file (so that nobody waits for the end of a pipe that it holds).</summary>
    public Process StartDetached(string workingDirectory, string logFile, string program, IEnumerable<string> arguments)
    {
        string[] shell = ["/bin/sh", "-c", """exec </dev/null >>"$0" 2>&1; exec "$@" """, logFile, program, .. arguments];
        return Process.Start(OwnSession(shell, workingDirectory))!;
    }

    public ProcessStartInfo OwnSession(string[] command, string workingDirectory, bool asCurrentUser = false)
    {
        // setsid replaces itself by the program, so the pid stays. macOS has none; there the program stays in the terminal's session.
        var info = FindProgram("setsid") is { } setsid
            ? Describe(workingDirectory, setsid, command)
            : Describe(workingDirectory, command[0], command[1..]);
        if (asCurrentUser) info.UserName = "";
        return info;
    }

    private static string UnprivilegedUser()
    {
        var names = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        return names.Contains("postgres") ? "postgres" : names.Contains("nobody") ? "nobody" : throw new PostgresClusterException(
            "PostgreSQL refuses to run as root, and /etc/passwd has neither a user 'postgres' nor 'nobody' to run it as. " +
            "Add one (useradd --system postgres), or run as an ordinary user.");
    }

    private ProcessStartInfo Describe(string workingDirectory, string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory };

        // The runtime sets user, group and supplementary groups between fork and exec, so no su or setpriv is needed.
        if (UserName is not null) info.UserName = UserName;

        // PGOPTIONS, PGSSLMODE, PGDATA and their like would reach initdb, the servers and the standbys' connections to the primary.
        foreach (var name in info.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal)).ToList()) info.Environment.Remove(name);
        info.Environment["LC_ALL"] = "C";
        return info;
    }
}

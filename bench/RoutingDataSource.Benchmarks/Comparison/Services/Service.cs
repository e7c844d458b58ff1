using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ReplicaRouting.Benchmarks.Comparison.Services;

/// <summary>A program that stands between clients and servers, on loopback. It ends when this object is disposed, and also when this process
/// dies: it is held by a shell that waits for the end of its standard input.</summary>
internal sealed class Service : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _shell;
    private readonly string _folder;

    private Service(Process shell, string folder)
    {
        _shell = shell;
        _folder = folder;
    }

    public static string? Find(string program) =>
        new[] { "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Asks a program for its version: the first line that it writes.</summary>
    public static string Version(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(Find(program) ?? program, argument) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return output.Split('\n')[0].Trim();
    }

    /// <summary>Starts a program and waits until a client gets through it to a server.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="files">Writes its files into a folder and gives its arguments.</param>
    /// <param name="stop">The signal that ends it at once and cleanly.</param>
    /// <param name="probe">A connection string that leads through it.</param>
    public static async Task<Service> StartAsync(string program, Func<string, string[]> files, string stop, string probe)
    {
        var folder = Directory.CreateTempSubdirectory("routing-bench-").FullName;
        var arguments = files(folder);
        if (Environment.IsPrivilegedProcess)
            OpenToAll(folder);
        var path = Find(program) ?? throw new InvalidOperationException($"{program} is not installed: apt-get install {program}");
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", """log=$1; signal=$2; shift 2; "$@" >"$log" 2>&1 & child=$!; exec 2>/dev/null; cat >/dev/null; kill -"$signal" $child; wait $child""", "sh", Log(folder), stop, path, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
        };
        if (Environment.IsPrivilegedProcess)
            start.UserName = File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";
        var service = new Service(Process.Start(start)!, folder);
        try
        {
            await service.WaitAsync(program, probe);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopTimeout);
        try
        {
            await _shell.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
            await _shell.WaitForExitAsync(CancellationToken.None);
        }

        _shell.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Log(string folder) => Path.Combine(folder, "log");

    // The program runs as another user when we are root.
    private static void OpenToAll(string folder)
    {
        const UnixFileMode All = (UnixFileMode)0b111_111_111;
        File.SetUnixFileMode(folder, All);
        foreach (var file in Directory.GetFiles(folder))
            File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
    }

    private async Task WaitAsync(string program, string probe)
    {
        var settings = new NpgsqlConnectionStringBuilder(probe) { Pooling = false, Timeout = 2 };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand("SELECT 1", connection);
                await command.ExecuteScalarAsync();
                return;
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                if (Stopwatch.GetElapsedTime(started) > StartTimeout)
                    throw new InvalidOperationException($"{program} did not answer within {StartTimeout.TotalSeconds} s. Its log:\n{File.ReadAllText(Log(_folder))}", error);
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}

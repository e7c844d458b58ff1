using System.Diagnostics;

namespace ReplicaRouting.MessageServer;

/// <summary>A program that runs in a private folder until it is disposed.</summary>
internal sealed class PoolerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private PoolerProcess(Process process, string folder)
    {
        _process = process;
        Folder = folder;
    }

    public string Folder { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Finds a program where distributions put it.</summary>
    public static string? Find(string program) =>
        new[] { "/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin" }.Select(each => Path.Combine(each, program)).FirstOrDefault(File.Exists);

    /// <summary>Makes the folder and starts the program in it.</summary>
    /// <param name="program">The program's name; in the distribution's folders.</param>
    /// <param name="files">The files of the folder, by name; <c>{folder}</c> in them is where they are.</param>
    /// <param name="arguments">The arguments.</param>
    public static PoolerProcess Start(string program, IReadOnlyDictionary<string, string> files, params string[] arguments)
    {
        var path = Find(program) ?? throw new FileNotFoundException($"{program} is not installed: apt-get install {program}.");
        var folder = Directory.CreateTempSubdirectory("routing-web-").FullName;
        try
        {
            foreach (var (name, text) in files)
                File.WriteAllText(Path.Combine(folder, name), text.Replace("{folder}", folder, StringComparison.Ordinal));
            // In a session of its own, where there is setsid: Ctrl-C in a terminal must not end it before whoever is connected through it.
            var start = Find("setsid") is { } setsid ? new ProcessStartInfo(setsid, [path, .. arguments]) : new(path, arguments);
            start.WorkingDirectory = folder;
            start.RedirectStandardOutput = start.RedirectStandardError = true;
            if (Environment.UserName == "root")
            {
                // PgBouncer refuses to be root; the other user must reach its files and write its socket.
                start.UserName = "postgres";
                File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
                foreach (var file in Directory.GetFiles(folder))
                    File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
            }

            var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return new(process, folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Waits until something holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (HasExited)
                throw new InvalidOperationException($"{what} ended at once, with code {_process.ExitCode}.");
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                throw new TimeoutException($"{what} did not answer within 30 s.");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

using System.Diagnostics;

namespace ReplicaRouting.Testing;

/// <summary>The process that cleans up. It makes the cluster's folder, waits until the pipe from its owner is closed (by dispose or because the
/// owner is gone, kill -9 included), ends every server that works in the folder and removes it. Dispose and sudden death take the same path, so
/// each dispose tests the other.</summary>
internal sealed class Watchdog : IDisposable
{
    // POSIX sh: it must run wherever the servers do. A server is known as ours by its working directory, which lies in a folder that only
    // this cluster has; frozen ones are continued so that they can leave by themselves, and killed when they do not.
    private const string Script = """
        root=$1 user=$2
        trap '' HUP INT QUIT TERM PIPE
        if [ "$3" = make ]; then
            mkdir -m 700 "$root" || exit 1
            [ -z "$user" ] || chown "$user:" "$root" || exit 1
            root=$(cd "$root" && pwd -P) || exit 1
            echo "$root"
        fi
        cd /
        exec >/dev/null 2>&1
        while read -r line; do :; done

        ours() {
            if [ -d /proc/self ]; then
                ls -l /proc/[0-9]*/cwd | while read -r line; do
                    case $line in *" -> $root" | *" -> $root/"*) ;; *) continue ;; esac
                    line=${line#*/proc/}; pid=${line%%/*}; name=
                    read -r name <"/proc/$pid/comm"
                    case $name in postgres | postmaster | initdb) echo "$pid" ;; esac
                done
            else
                for file in "$root"/*/data/postmaster.pid; do
                    pid=; read -r pid <"$file" || continue
                    case $(ps -o command= -p "$pid") in *"$root"*) echo "$pid"; pgrep -P "$pid" ;; esac
                done
            fi
        }

        for pid in $(ours); do kill -CONT "$pid"; done
        for file in "$root"/*/data/postmaster.pid; do
            pid=; read -r pid <"$file" || continue
            for one in $(ours); do [ "$one" = "$pid" ] && kill -QUIT "$pid"; done
        done
        left=100
        while [ $left -gt 0 ] && [ -n "$(ours)" ]; do left=$((left - 1)); sleep 0.02; done
        left=500
        while [ $left -gt 0 ]; do
            pids=$(ours)
            [ -n "$pids" ] || break
            for pid in $pids; do kill -KILL "$pid"; done
            left=$((left - 1)); sleep 0.01
        done

        # A killed server leaves its System V segment; postmaster.pid names it (line 7: key and id). The pid of initdb's server has a minus.
        for file in "$root"/*/data/postmaster.pid "$root"/*/killed-*.pid; do
            [ -f "$file" ] || continue
            id=
            { read -r pid; read -r x; read -r x; read -r x; read -r x; read -r x; read -r key id; } <"$file"
            [ -n "$id" ] || continue
            pid=${pid#-}
            if [ -r /proc/sysvipc/shm ]; then
                while read -r k i perms size creator rest; do
                    [ "$i" = "$id" ] && [ "$creator" = "$pid" ] && ipcrm -m "$id"
                done </proc/sysvipc/shm
            else
                ipcrm -m "$id"
            fi
        done
        left=100
        while [ $left -gt 0 ] && ! rm -rf "$root"; do left=$((left - 1)); sleep 0.05; done
        """;

    private readonly Launcher _launcher;
    private Process _process;

    private Watchdog(Launcher launcher, string directory, Process process)
    {
        _launcher = launcher;
        Directory = directory;
        _process = process;
    }

    /// <summary>Gets the cluster's folder, without symbolic links in its path.</summary>
    public string Directory { get; }

    public int ProcessId => _process.Id;

    public static async Task<Watchdog> StartAsync(Launcher launcher, string directory, CancellationToken cancellationToken)
    {
        var process = Spawn(launcher, directory, make: true);

        // The answer is the folder without symbolic links, as /proc tells it.
        var answer = await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (answer is not null) return new Watchdog(launcher, answer, process);
        process.StandardInput.Close();
        var error = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        process.Dispose();
        throw new PostgresClusterException($"The folder {directory} cannot be made: {error.Trim()} Name another one with ParentDirectory or TMPDIR.");
    }

    /// <summary>Ends every server and removes the folder; returns when that is done.</summary>
    public async Task CleanUpAsync()
    {
        Release();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The folder is still there: that is the error below.
        }

        ThrowIfLeft();
    }

    /// <inheritdoc cref="CleanUpAsync"/>
    public void CleanUp()
    {
        Release();
        _process.WaitForExit(TimeSpan.FromSeconds(60));
        ThrowIfLeft();
    }

    public void Dispose() => _process.Dispose();

    private static Process Spawn(Launcher launcher, string directory, bool make)
    {
        string[] command = ["/bin/sh", "-c", Script, "routing-postgres-watchdog", directory, launcher.UserName ?? "", make ? "make" : "clean"];
        var info = launcher.OwnSession(command, "/", asCurrentUser: true);
        info.RedirectStandardInput = true;
        info.RedirectStandardOutput = true;
        info.RedirectStandardError = true;
        return Process.Start(info)!;
    }

    private void Release()
    {
        if (_process.HasExited)
        {
            // Somebody has killed the watchdog; its work still has to be done.
            _process.Dispose();
            _process = Spawn(_launcher, Directory, make: false);
        }

        _process.StandardInput.Close();
    }

    private void ThrowIfLeft()
    {
        if (System.IO.Directory.Exists(Directory))
            throw new PostgresClusterException($"The cluster in {Directory} could not be removed. End the servers that run there and delete the folder.");
    }
}

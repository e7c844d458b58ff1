using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ReplicaRouting.Testing;

/// <summary>A process of ours, held by pid and start time: a pid alone can belong to somebody else by the time it is signalled.</summary>
internal sealed class UnixProcess
{
    private readonly string _startTime;

    private UnixProcess(int id, string startTime)
    {
        Id = id;
        _startTime = startTime;
    }

    public int Id { get; }

    /// <summary>Gets whether that very process still runs. A zombie does not.</summary>
    public bool IsAlive => Read(Id) is { } now && now.StartTime == _startTime && now.State != 'Z';

    public bool IsStopped => Read(Id) is { } now && now.StartTime == _startTime && now.State is 'T' or 't';

    public static UnixProcess? Get(int id) => Read(id) is { } now && now.State != 'Z' ? new UnixProcess(id, now.StartTime) : null;

    public void Send(Signal signal)
    {
        // A process that has gone meanwhile needs no signal (ESRCH), so the result is of no interest.
        if (IsAlive) _ = NativeMethods.kill(Id, Number(signal));
    }

    public List<UnixProcess> GetChildren()
    {
        var children = new List<UnixProcess>();
        foreach (var id in AllProcessIds())
        {
            if (Read(id) is { } now && now.ParentId == Id && now.State != 'Z') children.Add(new UnixProcess(id, now.StartTime));
        }

        return children;
    }

    /// <summary>Stops the process and everything it has forked; when this returns none of them runs.</summary>
    public async Task FreezeTreeAsync(Deadline deadline)
    {
        // The parent first, so that no new child appears while the children are being stopped.
        Send(Signal.Stop);
        await deadline.UntilAsync(() => IsStopped || !IsAlive, () => $"process {Id} does not stop").ConfigureAwait(false);
        foreach (var child in GetChildren())
        {
            child.Send(Signal.Stop);
            await deadline.UntilAsync(() => child.IsStopped || !child.IsAlive, () => $"process {child.Id} does not stop").ConfigureAwait(false);
        }
    }

    public void ThawTree()
    {
        foreach (var child in GetChildren()) child.Send(Signal.Continue);
        Send(Signal.Continue);
    }

    public async Task KillTreeAsync(Deadline deadline)
    {
        await FreezeTreeAsync(deadline).ConfigureAwait(false);
        var children = GetChildren();
        Send(Signal.Kill);
        foreach (var child in children) child.Send(Signal.Kill);
        await deadline.UntilAsync(() => !IsAlive && children.TrueForAll(c => !c.IsAlive), () => $"process {Id} does not die").ConfigureAwait(false);
    }

    private static IEnumerable<int> AllProcessIds()
    {
        if (!OperatingSystem.IsLinux())
        {
            foreach (var process in Process.GetProcesses())
            {
                using (process) yield return process.Id;
            }

            yield break;
        }

        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) yield return id;
        }
    }

    private static (char State, int ParentId, string StartTime)? Read(int id)
    {
        if (!OperatingSystem.IsLinux()) return ReadWithPs(id);
        try
        {
            // proc(5): "pid (comm) state ppid …", start time is field 22. comm may hold spaces and parentheses, so start after the last one.
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (char State, int ParentId, string StartTime)? ReadWithPs(int id)
    {
        using var ps = Process.Start(new ProcessStartInfo("ps", ["-o", "stat=,ppid=,lstart=", "-p", id.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        });
        var fields = ps?.StandardOutput.ReadToEnd().Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return fields is { Length: 3 } ? (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[2]) : null;
    }

    private static int Number(Signal signal) => signal switch
    {
        Signal.Hangup => 1,
        Signal.Interrupt => 2,
        Signal.Kill => 9,
        Signal.Stop => OperatingSystem.IsMacOS() ? 17 : 19,
        Signal.Continue => OperatingSystem.IsMacOS() ? 19 : 18,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    private static class NativeMethods
    {
        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static extern int kill(int pid, int signal);
    }
}

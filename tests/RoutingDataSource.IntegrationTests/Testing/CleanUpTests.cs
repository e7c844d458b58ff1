using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Testing;

/// <summary>Nothing is left, however a cluster ends.</summary>
public sealed class CleanUpTests : IDisposable
{
    // A folder of this test alone, so that it can be seen to be empty while other tests run.
    private readonly string _parent = Directory.CreateTempSubdirectory("routing-cleanup-").FullName;

    public CleanUpTests() => File.SetUnixFileMode(_parent, (UnixFileMode)0b111_101_101);

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_WithNodesKilledAndFrozen_LeavesNothing(bool synchronously)
    {
        var cluster = await TestPostgres.StartAsync(2, o => o.ParentDirectory = _parent);
        var (folder, pids) = (cluster.Directory, cluster.Nodes.Select(n => n.ProcessId).ToList());
        Assert.Equal(_parent, Path.GetDirectoryName(folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        await cluster.Nodes[1].KillAsync();
        await cluster.Nodes[1].RejoinAsync();
        await cluster.Nodes[1].FreezeAsync();
        await cluster.Nodes[2].KillAsync();
        Assert.NotEmpty(ProcessesIn(folder));

        if (synchronously) cluster.Dispose();
        else await cluster.DisposeAsync();

        AssertNothingLeft(folder, pids);
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task StartAsync_WrongSetting_SaysWhichAndLeavesNothing()
    {
        var options = await TestPostgres.OptionsAsync(1, o =>
        {
            o.ParentDirectory = _parent;
            o.NodeSettings["node2"] = new Dictionary<string, string> { ["work_mem"] = "many" };
        });

        var error = await Assert.ThrowsAsync<PostgresClusterException>(() => PostgresCluster.StartAsync(options));

        Assert.Contains("node2", error.Message, StringComparison.Ordinal);
        Assert.Contains("invalid value for parameter \"work_mem\"", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_parent));
        Assert.Empty(ProcessesIn(_parent));
    }

    [Fact]
    public async Task StartAsync_Cancelled_LeavesNothing()
    {
        var options = await TestPostgres.OptionsAsync(1, o => o.ParentDirectory = _parent);
        using var cancel = new CancellationTokenSource();
        var start = PostgresCluster.StartAsync(options, cancel.Token);
        var pid = await WaitForInitDbAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.Empty(Directory.GetFileSystemEntries(_parent));
        AssertNothingLeft(_parent, [pid], isOurs: false);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("freeze")]
    public async Task OwnerKilled_WithSigkill_LeavesNothing(string what)
    {
        var binaries = await TestPostgres.GetBinariesAsync();
        using var owner = StartOwner(binaries.Directory, what);
        var folder = await owner.StandardOutput.ReadLineAsync();
        var pids = (await owner.StandardOutput.ReadLineAsync())!.Split(' ').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToList();
        Assert.StartsWith(_parent, folder, StringComparison.Ordinal);
        Assert.True(ProcessesIn(folder!).Count > pids.Count);

        owner.Kill();

        await Eventually.TrueAsync(() => !Directory.Exists(folder), "the watchdog has removed the folder");
        AssertNothingLeft(folder!, pids);
    }

    [Fact]
    public async Task OwnerKilled_DuringInitDb_LeavesNothing()
    {
        var binaries = await TestPostgres.GetBinariesAsync();
        using var owner = StartOwner(binaries.Directory, "run");
        var pid = await WaitForInitDbAsync();

        owner.Kill();

        // The runtime leaves its diagnostics sockets there when it is killed; those are not the cluster's.
        await Eventually.TrueAsync(() => Directory.GetDirectories(_parent).Length == 0, "the watchdog has removed the folder");
        AssertNothingLeft(_parent, [pid], isOurs: false);
    }

    [Fact]
    public async Task Dispose_WatchdogKilled_StillLeavesNothing()
    {
        var cluster = await TestPostgres.StartAsync(0, o => o.ParentDirectory = _parent);
        using (var watchdog = Process.GetProcessById(cluster.WatchdogProcessId))
        {
            watchdog.Kill();
            await watchdog.WaitForExitAsync();
        }

        var pids = cluster.Nodes.Select(n => n.ProcessId).ToList();
        await cluster.DisposeAsync();

        AssertNothingLeft(cluster.Directory, pids);
    }

    [Fact]
    public async Task StartAsync_PortTakenWhileStopped_WaitsForItAndKeepsIt()
    {
        await using var cluster = await TestPostgres.StartAsync(0, o => o.ParentDirectory = _parent);
        var port = cluster.Primary.Port;
        await cluster.Primary.StopAsync();
        using var thief = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        thief.Bind(new IPEndPoint(IPAddress.Loopback, port));
        thief.Listen();

        var start = cluster.Primary.StartAsync();
        await Eventually.TrueAsync(() => cluster.Primary.ReadLog().Contains("could not bind", StringComparison.Ordinal), "the server has tried");
        thief.Close();
        await start;

        Assert.Equal(port, cluster.Primary.Port);
        Assert.Equal(1, await cluster.Primary.QueryScalarAsync<int>("SELECT 1"));
    }

    private Process StartOwner(string binaries, string what)
    {
        var host = BuiltProject.File("tests/RoutingDataSource.ClusterHost", "RoutingDataSource.ClusterHost.dll");
        var info = new ProcessStartInfo("dotnet", [host, binaries, what]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        info.Environment["TMPDIR"] = _parent;
        return Process.Start(info)!;
    }

    /// <summary>Waits until initdb's server runs and has its shared memory; gives its pid, which it writes with a minus.</summary>
    private async Task<int> WaitForInitDbAsync()
    {
        var pid = 0;
        await Eventually.TrueAsync(
            () =>
            {
                var file = Directory.GetDirectories(_parent).Select(d => Path.Combine(d, "node1", "data", "postmaster.pid")).FirstOrDefault(File.Exists);
                try
                {
                    var lines = file is null ? [] : File.ReadAllLines(file);
                    if (lines.Length >= 7) pid = -int.Parse(lines[0], CultureInfo.InvariantCulture);
                }
                catch (IOException)
                {
                    // Gone between the look and the reading.
                }

                return pid != 0;
            },
            "initdb's server runs");
        return pid;
    }

    private static void AssertNothingLeft(string folder, List<int> pids, bool isOurs = true)
    {
        if (isOurs) Assert.False(Directory.Exists(folder));
        Assert.Empty(ProcessesIn(folder));

        // Columns: key shmid perms size cpid …
        var creators = File.ReadLines("/proc/sysvipc/shm").Skip(1)
            .Select(line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture));
        Assert.Empty(creators.Intersect(pids));
    }

    private static List<string> ProcessesIn(string folder)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                if (File.ResolveLinkTarget(Path.Combine(process, "cwd"), false)?.FullName.StartsWith(folder, StringComparison.Ordinal) == true) found.Add(process);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone, or not ours.
            }
        }

        return found;
    }
}

namespace ReplicaRouting.Testing;

/// <content>From nothing to a running cluster.</content>
public sealed partial class PostgresCluster
{
    // Fast to start and to stop, and quick to notice: a standby looks for its primary every 100 ms instead of every 5 s. Dynamic shared memory
    // lives in the data folder, so that nothing of a killed server stays in /dev/shm; there are no Unix sockets for the same reason.
    private static readonly Dictionary<string, string> _baseSettings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["listen_addresses"] = "127.0.0.1",
        ["unix_socket_directories"] = "",
        ["fsync"] = "off",
        ["full_page_writes"] = "off",
        ["shared_buffers"] = "16MB",
        ["dynamic_shared_memory_type"] = "mmap",
        ["hot_standby"] = "on",
        ["wal_level"] = "replica",
        ["max_wal_senders"] = "20",
        ["wal_keep_size"] = "512MB",
        ["wal_retrieve_retry_interval"] = "100ms",
        ["logging_collector"] = "off",
        ["log_destination"] = "stderr",
    };

    // What a standby must have at least as much of as its primary (PostgreSQL manual, "Hot Standby", "Administrator's Overview").
    private static readonly string[] _standbyMinimums =
        ["max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions", "max_locks_per_transaction"];

    private static readonly string[] _programFolders = ["bin", "lib", "share"];

    /// <summary>Starts a primary and standbys; returns when all accept connections and the standbys have caught up.</summary>
    /// <param name="replicas">How many standbys. Default 2; from 0 to 16.</param>
    /// <param name="cancellationToken">Gives up; what was started until then is removed.</param>
    /// <exception cref="PostgresClusterException">It could not be started; nothing of it is left.</exception>
    public static Task<PostgresCluster> StartAsync(int replicas = 2, CancellationToken cancellationToken = default) =>
        StartAsync(new PostgresClusterOptions { Replicas = replicas }, cancellationToken);

    /// <summary>Starts a primary and standbys; returns when all accept connections and the standbys have caught up.</summary>
    /// <param name="options">What kind of cluster.</param>
    /// <param name="cancellationToken">Gives up; what was started until then is removed.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="PostgresClusterException">It could not be started; nothing of it is left.</exception>
    /// <exception cref="PlatformNotSupportedException">This is Windows.</exception>
    public static async Task<PostgresCluster> StartAsync(PostgresClusterOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var launcher = Launcher.Create();
        var binaries = options.BinaryDirectory is { } directory ? PostgresBinaries.FromDirectory(directory)
            : options.MajorVersion is { } major ? await PostgresBinaries.FindVersionAsync(major, cancellationToken).ConfigureAwait(false)
            : await PostgresBinaries.FindAsync(cancellationToken).ConfigureAwait(false);

        var mustCopyPrograms = !await IsReachableAsync(launcher, "-x", Path.Combine(binaries.Directory, "postgres"), cancellationToken).ConfigureAwait(false);
        var parent = options.ParentDirectory ?? DefaultParent(mustCopyPrograms);
        var watchdog = await Watchdog.StartAsync(
            launcher, Path.Combine(Path.GetFullPath(parent), $"routing-postgres-{Guid.NewGuid():N}"), cancellationToken).ConfigureAwait(false);
        var cluster = new PostgresCluster(options, launcher, watchdog, binaries.Directory) { ServerVersion = binaries.Version };
        try
        {
            await cluster.CheckDirectoryAsync(cancellationToken).ConfigureAwait(false);
            if (mustCopyPrograms) await cluster.CopyProgramsAsync(cancellationToken).ConfigureAwait(false);
            await cluster.CreateNodesAsync(cancellationToken).ConfigureAwait(false);
            await cluster.StartNodesAsync(cancellationToken).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Memory instead of a disk makes the start twice as fast, where there is plenty: 512 MB of WAL are kept on each node. Programs cannot be run
    // from there everywhere (containers mount it noexec). Who sets TMPDIR has chosen.
    private static string DefaultParent(bool mustCopyPrograms)
    {
        const string Memory = "/dev/shm";
        const long Plenty = 4L << 30;
        if (mustCopyPrograms || !OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("TMPDIR") is { Length: > 0 }) return Path.GetTempPath();
        try
        {
            var drive = new DriveInfo(Memory);
            return drive.DriveFormat == "tmpfs" && drive.AvailableFreeSpace >= Plenty ? Memory : Path.GetTempPath();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Path.GetTempPath();
        }
    }

    private static async Task<bool> IsReachableAsync(Launcher launcher, string how, string path, CancellationToken cancellationToken) =>
        launcher.UserName is null
        || (await launcher.TryRunAsync("/", "/bin/sh", ["-c", """test "$0" "$1" """, how, path], cancellationToken).ConfigureAwait(false)).Code == 0;

    private async Task CheckDirectoryAsync(CancellationToken cancellationToken)
    {
        if (await IsReachableAsync(Launcher, "-w", Directory, cancellationToken).ConfigureAwait(false)) return;
        throw new PostgresClusterException(
            $"PostgreSQL refuses to run as root, and the user '{Launcher.UserName}' cannot enter {Directory}. Set TMPDIR (or ParentDirectory) to a " +
            "folder that every user can enter, such as /tmp.");
    }

    // Programs below /root, or in a clone with mode 0700, are closed to the user that the servers run as. PostgreSQL finds its libraries and
    // data relative to its programs, so a copy works anywhere.
    private async Task CopyProgramsAsync(CancellationToken cancellationToken)
    {
        var copy = Path.Combine(Directory, "programs");
        System.IO.Directory.CreateDirectory(copy);
        var from = Path.GetDirectoryName(BinaryDirectory)!;
        var parts = _programFolders.Select(part => Path.Combine(from, part)).Where(System.IO.Directory.Exists);
        await Launcher.CreateForCurrentUser().RunAsync("/", "cp", ["-R", .. parts, copy], cancellationToken).ConfigureAwait(false);
        await TakeOwnershipAsync(copy, cancellationToken).ConfigureAwait(false);
        BinaryDirectory = Path.Combine(copy, "bin");
    }

    private PostgresNode NewNode()
    {
        var name = $"node{_nodes.Count + 1}";
        var settings = new Dictionary<string, string>(_baseSettings, StringComparer.OrdinalIgnoreCase) { ["cluster_name"] = name };
        foreach (var (key, value) in Options.Settings) settings[key] = value;
        if (Options.NodeSettings.TryGetValue(name, out var own))
        {
            foreach (var (key, value) in own) settings[key] = value;
        }

        return new PostgresNode(this, name, settings);
    }

    private async Task CreateNodesAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i <= Options.Replicas; i++) _nodes.Add(NewNode());
        Primary = _nodes[0];

        var passwordFile = Path.Combine(Directory, "password");
        await File.WriteAllTextAsync(passwordFile, Options.Password, cancellationToken).ConfigureAwait(false);
        await TakeOwnershipAsync(passwordFile, cancellationToken).ConfigureAwait(false);
        await Launcher.RunAsync(
            Directory,
            Path.Combine(BinaryDirectory, "initdb"),
            [
                "-D", Primary.Files.Data, "-U", Options.Username, "-A", "scram-sha-256", $"--pwfile={passwordFile}",
                "--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C", .. Options.InitDbArguments,
            ],
            cancellationToken).ConfigureAwait(false);
        File.Delete(passwordFile);

        Primary.Files.IncludeSettings();
        await RecordMinimumsAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(Replicas.Select(CopyAsync)).ConfigureAwait(false);
        foreach (var node in _nodes) node.UsePort(PostgresNode.FreePort());
        await TakeOwnershipAsync(Directory, cancellationToken).ConfigureAwait(false);

        async Task CopyAsync(PostgresNode replica)
        {
            // cp, because it takes half the time of the runtime's own copying of a thousand files.
            System.IO.Directory.CreateDirectory(replica.Files.Root);
            await Launcher.CreateForCurrentUser().RunAsync("/", "cp", ["-R", Primary.Files.Data, replica.Files.Data], cancellationToken)
                .ConfigureAwait(false);
            replica.Files.MarkStandby();
            replica.Files.IncludeSettings();
        }
    }

    // The control file that initdb leaves demands of a standby what initdb itself ran with (100 connections, for example). A server that is told to
    // use less records that at its first start, which comes after the copy; one that has no users and no port does it before.
    private async Task RecordMinimumsAsync(CancellationToken cancellationToken)
    {
        var own = Options.NodeSettings.TryGetValue(Primary.Name, out var settings) ? settings.Keys : [];
        if (Options.Replicas == 0 || !Options.Settings.Keys.Concat(own).Intersect(_standbyMinimums, StringComparer.OrdinalIgnoreCase).Any()) return;
        Primary.WriteSettings();
        await Launcher.RunAsync(
            Directory, Path.Combine(BinaryDirectory, "postgres"), ["--single", "-D", Primary.Files.Data, "template1"], cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task StartNodesAsync(CancellationToken cancellationToken)
    {
        // The primary's port must be certain before a standby is told about it.
        await Primary.StartOnFreePortAsync(cancellationToken).ConfigureAwait(false);
        var database = CreateDatabaseAsync(cancellationToken);
        var standbys = Replicas.Select(replica =>
        {
            replica.ConfigureAsStandby();
            return replica.StartOnFreePortAsync(cancellationToken);
        });
        await Task.WhenAll([database, .. standbys]).ConfigureAwait(false);
        await Task.WhenAll(Replicas.Select(replica => replica.WaitForStreamingAsync(cancellationToken))).ConfigureAwait(false);
        await WaitForReplayAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        if (Options.Database is "postgres" or "template1") return;
        var name = Options.Database.Replace("\"", "\"\"", StringComparison.Ordinal);
        await Primary.AskAsync<object>($"CREATE DATABASE \"{name}\"", cancellationToken).ConfigureAwait(false);
    }
}

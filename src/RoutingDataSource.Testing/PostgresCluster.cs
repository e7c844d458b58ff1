using System.Globalization;
using Npgsql;

namespace ReplicaRouting.Testing;

/// <summary>A real PostgreSQL primary with streaming standbys, on loopback, in about a second, for tests.</summary>
/// <remarks>
/// <para>The servers listen on ports that the system chooses and live in a private folder (<see cref="PostgresClusterOptions.ParentDirectory"/>). When the cluster is disposed,
/// or its process ends in whatever way, the servers are ended and the folder is removed. They run with <c>fsync=off</c>.</para>
/// <para>Linux and macOS. As root the servers run as the user <c>postgres</c> or <c>nobody</c>, because PostgreSQL refuses to be root.</para>
/// </remarks>
public sealed partial class PostgresCluster : IAsyncDisposable, IDisposable
{
    private readonly List<PostgresNode> _nodes = [];
    private readonly Watchdog _watchdog;
    private bool _isDisposed;

    private PostgresCluster(PostgresClusterOptions options, Launcher launcher, Watchdog watchdog, string binaryDirectory)
    {
        Options = options;
        Launcher = launcher;
        _watchdog = watchdog;
        BinaryDirectory = binaryDirectory;
    }

    /// <summary>Gets the primary: the first node, until another is promoted through <see cref="PostgresNode.PromoteAsync"/>.</summary>
    public PostgresNode Primary { get; internal set; } = null!;

    /// <summary>Gets all nodes; the first is the initial primary.</summary>
    public IReadOnlyList<PostgresNode> Nodes => _nodes;

    /// <summary>Gets all nodes but <see cref="Primary"/>, running or not.</summary>
    public IReadOnlyList<PostgresNode> Replicas => _nodes.FindAll(node => node != Primary);

    /// <summary>Gets a connection string that names every node, in the order of <see cref="Nodes"/>.</summary>
    public string ConnectionString => GetConnectionString();

    /// <summary>Gets the servers' version.</summary>
    public Version ServerVersion { get; private set; } = new();

    /// <summary>Gets the cluster's private folder, which holds a folder for each node.</summary>
    public string Directory => _watchdog.Directory;

    /// <summary>Gets the options it was started with.</summary>
    public PostgresClusterOptions Options { get; }

    internal Launcher Launcher { get; }

    internal int WatchdogProcessId => _watchdog.ProcessId;

    internal string BinaryDirectory { get; private set; }

    /// <summary>Gets a connection string that names every node, in the order of <see cref="Nodes"/>.</summary>
    /// <param name="database">Default: <see cref="PostgresClusterOptions.Database"/>.</param>
    /// <param name="username">Default: <see cref="PostgresClusterOptions.Username"/>.</param>
    /// <param name="password">Default: <see cref="PostgresClusterOptions.Password"/>.</param>
    public string GetConnectionString(string? database = null, string? username = null, string? password = null) =>
        BuildConnectionString(_nodes, database, username, password);

    /// <summary>Waits until every running standby has replayed everything that the primary has written so far.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PostgresClusterException">One has not in time; the message names the positions.</exception>
    public async Task WaitForReplayAsync(CancellationToken cancellationToken = default)
    {
        var target = await Primary.GetPositionToReachAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(Replicas.Where(r => r.IsRunning).Select(r => r.WaitForReplayAsync(target, cancellationToken))).ConfigureAwait(false);
    }

    /// <summary>Makes every running node that is in recovery stream from <see cref="Primary"/>: what is left to do after a promotion.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RepointReplicasAsync(CancellationToken cancellationToken = default)
    {
        foreach (var replica in Replicas.Where(r => r.IsRunning && !r.IsFrozen))
        {
            if (await replica.AskAsync<bool>("SELECT pg_is_in_recovery()", cancellationToken).ConfigureAwait(false))
                await replica.FollowPrimaryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a standby with a copy of the running primary's data; returns when it has caught up.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<PostgresNode> AddStandbyAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var node = NewNode();
        await node.CopyPrimaryAsync(cancellationToken).ConfigureAwait(false);
        await node.StartOnFreePortAsync(cancellationToken).ConfigureAwait(false);
        _nodes.Add(node);
        await node.WaitForStreamingAsync(cancellationToken).ConfigureAwait(false);
        await node.WaitForReplayAsync(cancellationToken).ConfigureAwait(false);
        return node;
    }

    /// <summary>Ends all servers and removes everything.</summary>
    /// <exception cref="PostgresClusterException">The folder could not be removed.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        using (_watchdog) await _watchdog.CleanUpAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        using (_watchdog) _watchdog.CleanUp();
    }

    internal string BuildConnectionString(IReadOnlyCollection<PostgresNode> nodes, string? database, string? username, string? password)
    {
        var builder = new NpgsqlConnectionStringBuilder
        {
            Host = string.Join(',', nodes.Select(node => nodes.Count == 1 ? node.Host : $"{node.Host}:{node.Port.ToString(CultureInfo.InvariantCulture)}")),
            Username = username ?? Options.Username,
            Password = password ?? Options.Password,
            Database = database ?? Options.Database,
        };
        if (nodes.Count == 1) builder.Port = nodes.First().Port;
        return builder.ConnectionString;
    }

    /// <summary>Gives files that we have written to the user that the servers run as.</summary>
    internal async Task TakeOwnershipAsync(string path, CancellationToken cancellationToken)
    {
        if (Launcher.UserName is { } user)
            await Launcher.CreateForCurrentUser().RunAsync("/", "chown", ["-R", $"{user}:", path], cancellationToken).ConfigureAwait(false);
    }
}

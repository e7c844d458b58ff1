using System.Diagnostics;
using Npgsql;

namespace ReplicaRouting.Testing;

/// <summary>One server of a <see cref="PostgresCluster"/>: its address, its process and its place in the replication.</summary>
/// <remarks>Every operation waits until the state it is named after is reached, at most <see cref="PostgresClusterOptions.Timeout"/>, and
/// throws <see cref="PostgresClusterException"/> otherwise. Operations on one node are not to be run at the same time.</remarks>
public sealed partial class PostgresNode
{
    private readonly PostgresCluster _cluster;
    private readonly Dictionary<string, string> _settings;
    private UnixProcess? _server;
    private Process? _child;
    private NpgsqlDataSource? _control;
    private int _controlPort;

    internal PostgresNode(PostgresCluster cluster, string name, Dictionary<string, string> settings)
    {
        _cluster = cluster;
        Name = name;
        _settings = settings;
        Files = new DataDirectory(Path.Combine(cluster.Directory, name));
    }

    /// <summary>Gets the name, <c>node1</c> and so on: also the server's <c>cluster_name</c> and the <c>application_name</c> of its walreceiver,
    /// so it can be named in <c>synchronous_standby_names</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the address, always 127.0.0.1.</summary>
    public string Host { get; } = "127.0.0.1";

    /// <summary>Gets the TCP port. It stays the same when the node is restarted.</summary>
    public int Port { get; private set; }

    /// <summary>Gets the connection string for this node alone.</summary>
    public string ConnectionString => GetConnectionString();

    /// <summary>Gets the process id of the postmaster.</summary>
    /// <exception cref="InvalidOperationException">The node does not run.</exception>
    public int ProcessId => RunningServer().Id;

    /// <summary>Gets whether the postmaster is alive; a frozen one is.</summary>
    public bool IsRunning => _server is { IsAlive: true };

    /// <summary>Gets whether the postmaster is alive and stopped by <see cref="FreezeAsync"/>.</summary>
    public bool IsFrozen => _server is { IsStopped: true };

    /// <summary>Gets the folder of the server's data.</summary>
    public string DataDirectory => Files.Data;

    internal DataDirectory Files { get; }

    /// <summary>Gets the connection string for this node alone.</summary>
    /// <param name="database">Default: the cluster's.</param>
    /// <param name="username">Default: the cluster's superuser.</param>
    /// <param name="password">Default: the superuser's.</param>
    public string GetConnectionString(string? database = null, string? username = null, string? password = null) =>
        _cluster.BuildConnectionString([this], database, username, password);

    /// <summary>Reads the server's log from its first start.</summary>
    public string ReadLog() => Files.ReadLog();

    /// <summary>Opens a connection that is in no pool. It belongs to the caller.</summary>
    /// <param name="database">Default: the cluster's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<NpgsqlConnection> OpenConnectionAsync(string? database = null, CancellationToken cancellationToken = default)
    {
        var builder = new NpgsqlConnectionStringBuilder(GetConnectionString(database)) { Pooling = false };
        var connection = new NpgsqlConnection(builder.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs statements on this node, in its own unpooled connection.</summary>
    /// <param name="sql">One or more statements.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        var connection = await OpenConnectionAsync(null, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = new NpgsqlCommand(sql, connection);
            await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a query on this node, in its own unpooled connection, and gives the first column of its first row.</summary>
    /// <typeparam name="T">The column's type.</typeparam>
    /// <param name="sql">The query.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The default of <typeparamref name="T"/> for NULL and for no row.</returns>
    public async Task<T?> QueryScalarAsync<T>(string sql, CancellationToken cancellationToken = default)
    {
        var connection = await OpenConnectionAsync(null, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) return await ScalarAsync<T>(connection, sql, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Host}:{Port})";

    internal static async Task<T?> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is T value ? value : default;
    }

    /// <summary>A connection for the cluster's own questions: no pool, no loading of types, no database that a test may drop.</summary>
    internal async Task<NpgsqlConnection> OpenControlAsync(CancellationToken cancellationToken)
    {
        var builder = new NpgsqlConnectionStringBuilder(GetConnectionString("postgres"))
        {
            Pooling = false,
            Timeout = 10,
            CommandTimeout = Math.Max(1, (int)_cluster.Options.Timeout.TotalSeconds),
            ApplicationName = "routing-cluster",
        };

        // The port is settled only at the first start, hence not in the constructor.
        if (_control is null || _controlPort != Port)
        {
            _control = new NpgsqlDataSourceBuilder(builder.ConnectionString).ConfigureTypeLoading(types => types.EnableTypeLoading(false)).Build();
            _controlPort = Port;
        }

        var connection = _control.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch (NpgsqlException e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw Failure($"does not answer: {e.Message}", "Look at its log; a frozen or stopped node must be thawed or started first", e);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal async Task<T?> AskAsync<T>(string sql, CancellationToken cancellationToken)
    {
        var connection = await OpenControlAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false)) return await ScalarAsync<T>(connection, sql, cancellationToken).ConfigureAwait(false);
    }

    internal Deadline NewDeadline(CancellationToken cancellationToken) => new(_cluster.Options.Timeout, cancellationToken);

    internal PostgresClusterException Failure(string what, string advice, Exception? cause = null)
    {
        var tail = string.Join(Environment.NewLine + "  ", ReadLog().TrimEnd().Split('\n').TakeLast(12));
        return new PostgresClusterException(
            $"{this} {what}. {advice}.{Environment.NewLine}The end of its log:{Environment.NewLine}  {tail}", cause);
    }

    private UnixProcess RunningServer() =>
        _server is { IsAlive: true } server ? server : throw new InvalidOperationException($"{this} does not run. Start it first.");
}

using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Classification;
using ReplicaRouting.Consistency;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Model;
using ReplicaRouting.Selection;
using ReplicaRouting.Topology;

namespace ReplicaRouting;

/// <summary>A <see cref="DbDataSource"/> over a PostgreSQL primary and its streaming replicas: proven reads outside transactions go to
/// weighted replicas, everything else to the primary. Use it in place of an <see cref="NpgsqlDataSource"/>. Thread-safe.</summary>
public sealed partial class RoutingDataSource : DbDataSource, ISessionOwner
{
    private const int MostUnknownNodes = 16;

    private readonly NpgsqlConnection _template;
    private readonly ClusterMonitor _monitor;
    private readonly ClassificationOptions _classificationOptions;
    private volatile SelectionBounds _bounds;
    private volatile RoutingOptions _options;
    private readonly RerunBudget _reruns;
    private readonly string _connectionString;
    private volatile ClassificationCache _classifications;
    private volatile ReadTable _table;
    private volatile TaskCompletionSource<int> _primaryFound = NewPrimaryFound();
    private (List<UserFunction> Functions, List<PrimaryRelation> Relations)? _learned; // touched by the primary's probe loop only
    private readonly HashSet<string> _unknownNodes = []; // of rules
    private volatile bool _isStarted;
    private volatile bool _isDisposed;
    private uint _ticket;
    private int _fallbacks;

    internal RoutingDataSource(
        NodeDefinition[] definitions, NodeFactory factory, RoutingOptions options, IRoutingRule[] rules, ILoggerFactory? loggerFactory, string? name = null)
    {
        _options = options;
        Rules = rules;
        Logger = loggerFactory?.CreateLogger("ReplicaRouting") ?? NullLogger.Instance;
        Time = options.TimeProvider;
        MaxPin = (long)(options.MaxPin.TotalSeconds * Time.TimestampFrequency);
        _bounds = new(options.MaxReplicaLag, options.MaxReplicaLagBytes);
        _classificationOptions = new()
        {
            ReadOnlyFunctions = [.. options.ReadOnlyFunctions],
            WriteFunctions = [.. options.WriteFunctions],
            PrimaryTables = [.. options.PrimaryTables],
            StandardConformingStrings = options.StandardConformingStrings,
        };
        _classifications = new(new FunctionCatalog(_classificationOptions, null));

        _reruns = new(Time.TimestampFrequency);

        Nodes = [.. definitions.Select((definition, index) => factory.Create(index, definition))];
        var declared = Math.Max(0, Array.FindIndex(definitions, definition => definition.ExpectedRole == NodeRole.Primary));
        _template = Nodes[declared].PrimaryPool.CreateConnection();
        _connectionString = Nodes[declared].PrimaryPool.ConnectionString;
        _typeMappings = Nodes.Length > 1 && Array.Exists(Nodes, node => node.IsOwnedByCaller) ? new(Nodes.Length, Logger) : null;
        FullConnectionString = definitions[declared].ConnectionString ?? _connectionString;
        DefaultCommandTimeout = _template.CommandTimeout;
        var settings = new NpgsqlConnectionStringBuilder(_connectionString);
        EnlistsByDefault = settings.Enlist;
        KeepsFailedCommands = settings.IncludeFailedBatchedCommand;
        FollowsSession = options.SessionStatements == SessionStatements.Replay || options.RouteReadOnlyTransactions;

        _monitor = new(
            [.. Nodes.Select((node, index) => new MonitoredNode(
                node.Name, node.Host, node.Port, definitions[index].Weight, definitions[index].ExpectedRole, node.ProbeSource.OpenConnectionAsync))],
            new()
            {
                ProbeInterval = options.ProbeInterval,
                ProbeTimeout = options.ProbeTimeout,
                Probe = options.Probe ?? new PostgresNodeProbe(),
                TimeProvider = Time,
                PrimaryTask = LearnCatalogAsync,
                Probed = (node, elapsed) => Metrics!.Probe(node, elapsed),
            },
            Logger,
            OnPublished);
        _table = ReadTable.Create(_monitor.Current, _bounds, null);
        Metrics = new(name ?? DefaultName(settings.Database), () => _monitor.Current, node => Nodes[node].InUse, () => (Volatile.Read(ref _fallbacks), Options.PrimaryFallbackLimit));
        _shadow = new(this);
    }

    /// <summary>Creates a data source for the hosts of one connection string; which of them is the primary is discovered.</summary>
    /// <param name="connectionString">An Npgsql connection string; <c>Host</c> lists the nodes, separated by commas, each with an optional port.</param>
    /// <returns>The data source; dispose it to close its connections.</returns>
    /// <exception cref="ArgumentException">The connection string is empty or malformed.</exception>
    public static RoutingDataSource Create(string connectionString) => new RoutingDataSourceBuilder(connectionString).Build();

    /// <summary>Creates a data source for the hosts of one connection string; which of them is the primary is discovered.</summary>
    /// <param name="connectionStringBuilder">The settings; <c>Host</c> lists the nodes, separated by commas, each with an optional port.</param>
    /// <returns>The data source; dispose it to close its connections.</returns>
    /// <exception cref="ArgumentException">The settings name no host.</exception>
    public static RoutingDataSource Create(NpgsqlConnectionStringBuilder connectionStringBuilder)
    {
        ArgumentNullException.ThrowIfNull(connectionStringBuilder);
        return Create(connectionStringBuilder.ConnectionString);
    }

    /// <inheritdoc />
    /// <remarks>Without a password unless <c>Persist Security Info</c> is set. Of several nodes, the string of the configured primary, else
    /// of the first one.</remarks>
    public override string ConnectionString => _connectionString;

    /// <summary>Gets what is known of the servers now.</summary>
    public ClusterSnapshot Cluster => _monitor.Current;

    /// <summary>Gets Npgsql's own data source of the primary: for schema changes, bulk libraries and whatever casts to Npgsql's types.
    /// Reads through it are not routed, and writes through it are not seen by read-your-writes.</summary>
    /// <exception cref="NpgsqlException">There is no primary. Transient: trying again later helps.</exception>
    public NpgsqlDataSource PrimaryDataSource
    {
        get
        {
            EnsureStarted();
            return Nodes[RequirePrimary()].PrimaryPool;
        }
    }

    /// <summary>Sets the password with which connections to the nodes are opened from now on, on all nodes. Consider <c>UsePeriodicPasswordProvider</c>
    /// in <see cref="RoutingDataSourceBuilder.ConfigureNpgsql"/> instead.</summary>
    /// <exception cref="NotSupportedException">A password provider is configured.</exception>
    public string Password
    {
        set
        {
            foreach (var node in Nodes)
                node.SetPassword(value);
        }
    }

    /// <summary>The connection string of the configured primary as it was given, with its password.</summary>
    internal string FullConnectionString { get; }

    /// <summary>The options in force: another object after a change at run time.</summary>
    internal RoutingOptions Options => _options;

    /// <summary>What lives as long as this data source does.</summary>
    internal IDisposable? Companion { get; set; }

    internal IRoutingRule[] Rules { get; }

    internal ILogger Logger { get; }

    internal TimeProvider Time { get; }

    internal RoutingMetrics Metrics { get; }

    internal long MaxPin { get; }

    internal Node[] Nodes { get; }

    /// <summary>Npgsql's commands that serve nobody now.</summary>
    internal Recycler<NpgsqlCommand> Commands { get; } = new();

    /// <summary>Whether Npgsql puts the failed command into its exceptions, so that it must stay as it is.</summary>
    internal bool KeepsFailedCommands { get; }

    internal int DefaultCommandTimeout { get; }

    internal bool EnlistsByDefault { get; }

    /// <summary>Whether some statements about the session need not bind it to the primary.</summary>
    internal bool FollowsSession { get; }

    internal NpgsqlConnection Template => _template;

    internal ReadTable Table => _table;

    internal IPrimaryHistory History => _monitor.History;

    /// <summary>Says what a text is proven to be and where it would go now on a connection of its own; in shadow mode, where it would go with
    /// <see cref="RoutingMode.Route"/>. Runs nothing.</summary>
    /// <param name="sql">The text of a command.</param>
    /// <returns>The classification, the token that decided, and the route with its reason.</returns>
    /// <exception cref="NpgsqlException">No node can be used. Transient: trying again later helps.</exception>
    public RouteExplanation Explain(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        EnsureStarted();
        var statement = Classify(sql);
        using var connection = CreateConnection();
        var decision = connection.Decide(sql, statement, peek: true);
        var route = RouteOf(decision);
        if (decision.ShadowReason is { } reason)
            route = new(Nodes[decision.ShadowNode < 0 ? decision.Node : decision.ShadowNode].Name, decision.ShadowNode < 0 ? RouteTarget.Primary : RouteTarget.Replica, reason, WasRerun: false);
        return new(statement, statement.Token(sql).ToString(), route);
    }

    /// <summary>Takes a node out of the reads until <see cref="Resume"/>; reads that run on it go on. The primary goes on taking writes.</summary>
    /// <param name="node">The node's name.</param>
    /// <exception cref="ArgumentException">No node has that name.</exception>
    public void Drain(string node) => _monitor.SetDrained(node, true);

    /// <summary>Takes a drained node back in.</summary>
    /// <param name="node">The node's name.</param>
    /// <exception cref="ArgumentException">No node has that name.</exception>
    public void Resume(string node) => _monitor.SetDrained(node, false);

    /// <summary>Creates a closed connection.</summary>
    /// <returns>The connection.</returns>
    public new RoutingConnection CreateConnection() => new Compatibility.NpgsqlConnection(this);

    /// <summary>Creates and opens a connection.</summary>
    /// <returns>The open connection.</returns>
    /// <exception cref="NpgsqlException">No node can be used. Transient: trying again later helps.</exception>
    public new RoutingConnection OpenConnection()
    {
        var connection = CreateConnection();
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Creates and opens a connection.</summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The open connection.</returns>
    /// <exception cref="NpgsqlException">No node can be used. Transient: trying again later helps.</exception>
    public new async ValueTask<RoutingConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        var connection = CreateConnection();
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

    /// <summary>Creates a command that opens a connection for each execution and closes it afterwards.</summary>
    /// <param name="commandText">The text.</param>
    /// <returns>The command.</returns>
    public new RoutingCommand CreateCommand(string? commandText = null) =>
        new(commandText, CreateConnection(), isDataSourceCommand: true);

    /// <summary>Creates a batch that opens a connection for each execution and closes it afterwards.</summary>
    /// <returns>The batch.</returns>
    public new RoutingBatch CreateBatch() => new(CreateConnection(), null, isDataSourceBatch: true);

    /// <summary>Closes the idle connections of all nodes; those in use are closed when they are returned.</summary>
    public void Clear()
    {
        foreach (var node in Nodes)
            node.ClearPools();
    }

    /// <summary>Reads the database's types again: on the primary now, on each replica when it has replayed what the primary has now. Affects
    /// connections that are opened afterwards.</summary>
    /// <remarks>Returns when the replicas that can be reached have done so, after 5 s at the latest; the others follow by themselves.</remarks>
    /// <exception cref="NpgsqlException">There is no primary. Transient: trying again later helps.</exception>
    public void ReloadTypes()
    {
        EnsureStarted();
        var primary = RequirePrimary();
        foreach (var pool in Nodes[primary].Pools)
            pool.ReloadTypes();
        ReloadReplicaTypes();
    }

    /// <inheritdoc cref="ReloadTypes" />
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes when the types were read.</returns>
    public async Task ReloadTypesAsync(CancellationToken cancellationToken = default)
    {
        await EnsureStartedAsync(cancellationToken).ConfigureAwait(false);
        var primary = RequirePrimary();
        foreach (var pool in Nodes[primary].Pools)
            await pool.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
        await ReloadReplicaTypesAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override DbConnection OpenDbConnection() => OpenConnection();

    /// <inheritdoc />
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
        await OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    protected override DbConnection CreateDbConnection() => CreateConnection();

    /// <inheritdoc />
    protected override DbCommand CreateDbCommand(string? commandText = null) => CreateCommand(commandText);

    /// <inheritdoc />
    protected override DbBatch CreateDbBatch() => CreateBatch();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (!disposing || !BeginDispose())
            return;
        foreach (var node in Nodes)
            node.Dispose();
    }

    /// <inheritdoc />
    protected override async ValueTask DisposeAsyncCore()
    {
        if (!BeginDispose())
            return;
        foreach (var node in Nodes)
            await node.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes over options that are read anew for each command, and weights. The rest of the options must be as before.</summary>
    /// <param name="options">Valid options; not changed afterwards.</param>
    /// <param name="weights">By name of node; who is not named keeps the weight it has.</param>
    internal void Apply(RoutingOptions options, IReadOnlyDictionary<string, int> weights)
    {
        _options = options;
        _bounds = new(options.MaxReplicaLag, options.MaxReplicaLagBytes);
        _monitor.SetWeights(weights); // publishes, so that the bounds count from here on
    }

    private bool BeginDispose()
    {
        if (_isDisposed)
            return false;
        _isDisposed = true;
        Companion?.Dispose();
        _monitor.Dispose();
        _primaryFound.TrySetCanceled();
        Metrics.Dispose();
        _template.Dispose();
        return true;
    }
}

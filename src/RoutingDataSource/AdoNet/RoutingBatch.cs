using System.Data;
using System.Data.Common;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>A batch, which goes to a replica as a whole when all its commands are proven reads. Use it as an <see cref="NpgsqlBatch"/>.</summary>
public sealed partial class RoutingBatch : DbBatch
{
    private readonly bool _isDataSourceBatch;
    private readonly NpgsqlBatch _inner = new();
    private RoutingConnection? _connection;
    private RoutingTransaction? _transaction;
    private RouteDecision _lastDecision;
    private RoutingDataSource? _lastSource;
    private bool _isTimeoutSet;
    private bool _isPrepared;
    private bool _isInnerTaken;
    private NpgsqlConnection? _preparedOn;
    private int _preparedGeneration;
    private NpgsqlConnection? _boundTo;
    private int _boundGeneration;

    /// <summary>Initialises a batch.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The transaction of that connection.</param>
    public RoutingBatch(RoutingConnection? connection = null, RoutingTransaction? transaction = null)
        : this(connection, transaction, isDataSourceBatch: false)
    {
    }

    internal RoutingBatch(RoutingConnection? connection, RoutingTransaction? transaction, bool isDataSourceBatch)
    {
        GC.SuppressFinalize(this);
        _connection = connection;
        _isDataSourceBatch = isDataSourceBatch;
        if (transaction is not null)
            Transaction = transaction;
    }

    /// <summary>Gets where the last execution went, and why; <see langword="null"/> before the first.</summary>
    public CommandRoute? LastRoute => _lastSource?.RouteOf(_lastDecision);

    /// <summary>Gets Npgsql's own batch, which holds the commands, for code that casts to it. Executing it bypasses routing.</summary>
    public NpgsqlBatch Inner
    {
        get
        {
            _isInnerTaken = true; // whoever has it has the connection that it is bound to, now or later
            if (_inner.Connection is { } inner)
                _connection?.MarkDirty(inner);
            return _inner;
        }
    }

    /// <summary>Gets the commands.</summary>
    public new NpgsqlBatchCommandCollection BatchCommands => _inner.BatchCommands;

    /// <summary>Gets or sets the time that the batch may take, in seconds; 0 is for ever.</summary>
    /// <value>Default: the connection string's <c>Command Timeout</c>, else 30.</value>
    public override int Timeout
    {
        get => _isTimeoutSet || _connection is null ? _inner.Timeout : _connection.CommandTimeout;
        set
        {
            _inner.Timeout = value;
            _isTimeoutSet = true;
        }
    }

    /// <summary>Gets or sets the connection that the batch runs on.</summary>
    public new RoutingConnection? Connection
    {
        get => _isDataSourceBatch ? throw NoAccess() : _connection;
        set => DbConnection = _isDataSourceBatch ? throw NoAccess() : value;
    }

    /// <summary>Gets or sets the transaction. PostgreSQL has one per connection; a batch takes part in it whatever is set here.</summary>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public new RoutingTransaction? Transaction
    {
        get => _isDataSourceBatch ? throw NoAccess() : _transaction;
        set => DbTransaction = _isDataSourceBatch ? throw NoAccess() : value;
    }

    /// <summary>Gets or sets whether an error in one command leaves the others in force (each in a transaction of its own).</summary>
    public bool EnableErrorBarriers
    {
        get => _inner.EnableErrorBarriers;
        set => _inner.EnableErrorBarriers = value;
    }

    /// <inheritdoc />
    protected override DbBatchCommandCollection DbBatchCommands => _inner.BatchCommands;

    /// <inheritdoc />
    protected override DbConnection? DbConnection
    {
        get => _isDataSourceBatch ? throw NotOnDataSourceBatch() : _connection;
        set
        {
            if (_isDataSourceBatch)
                throw NotOnDataSourceBatch();
            if (ReferenceEquals(value, _connection))
                return;
            var connection = (RoutingConnection?)value;
            _inner.Connection = null; // Npgsql refuses this while a reader of the batch is open
            _connection = connection;
            _isPrepared = false;
            _transaction = null;
        }
    }

    /// <inheritdoc />
    protected override DbTransaction? DbTransaction
    {
        get => _isDataSourceBatch ? throw NotOnDataSourceBatch() : _transaction;
        set
        {
            if (_isDataSourceBatch)
                throw NotOnDataSourceBatch();
            var transaction = (RoutingTransaction?)value;
            transaction?.CheckNotCompleted();
            _transaction = transaction;
        }
    }

    /// <summary>Executes the batch where it may run.</summary>
    /// <param name="behavior">How the results will be read.</param>
    /// <returns>Npgsql's own reader.</returns>
    public new NpgsqlDataReader ExecuteReader(CommandBehavior behavior = CommandBehavior.Default) =>
        ReadAsync(async: false, behavior, CancellationToken.None).WaitForSync();

    /// <summary>Executes the batch where it may run.</summary>
    /// <param name="cancellationToken">Cancels the execution.</param>
    /// <returns>Npgsql's own reader.</returns>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(async: true, CommandBehavior.Default, cancellationToken).AsTask();

    /// <summary>Executes the batch where it may run.</summary>
    /// <param name="behavior">How the results will be read.</param>
    /// <param name="cancellationToken">Cancels the execution.</param>
    /// <returns>Npgsql's own reader.</returns>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default) =>
        ReadAsync(async: true, behavior, cancellationToken).AsTask();

    /// <inheritdoc />
    public override int ExecuteNonQuery() => RunAsync<NonQuery, int>(new(this), async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default) =>
        RunAsync<NonQuery, int>(new(this), async: true, cancellationToken).AsTask();

    /// <inheritdoc />
    public override object? ExecuteScalar() => RunAsync<Scalar, object?>(new(this), async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) =>
        RunAsync<Scalar, object?>(new(this), async: true, cancellationToken).AsTask();

    /// <inheritdoc />
    /// <remarks>Prepares on the server that the batch would run on now; it is prepared again by itself where it runs on another one.</remarks>
    public override void Prepare() => PrepareAsync(async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc cref="Prepare" />
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => PrepareAsync(async: true, cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Cancel() => _inner.Cancel();

    /// <inheritdoc />
    public override void Dispose()
    {
        _transaction = null; // as Npgsql's, a batch that its program made can be used again
        // Like Npgsql's connections, ours keeps one batch for its next CreateBatch.
        if (!IsCacheable || _isInnerTaken || _isPrepared || _connection is not { CachedBatch: null, IsExecuting: false } connection || IsRunning)
            return;
        _inner.BatchCommands.Clear();
        _inner.EnableErrorBarriers = false;
        connection.CachedBatch = this;
    }

    private bool IsRunning =>
        _inner.Connection is { } inner && (inner.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

    /// <summary>Whether the connection may keep the batch for its next CreateBatch: only what CreateBatch made.</summary>
    internal bool IsCacheable { get; init; }

    /// <summary>Makes a kept batch as good as new.</summary>
    internal void Revive()
    {
        _isTimeoutSet = false;
        _lastSource = null;
    }

    /// <inheritdoc />
    protected override DbBatchCommand CreateDbBatchCommand() => _inner.CreateBatchCommand();

    /// <summary>Creates a command; it is not added.</summary>
    /// <returns>The command.</returns>
    public new NpgsqlBatchCommand CreateBatchCommand() => _inner.CreateBatchCommand();

    /// <inheritdoc />
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    /// <inheritdoc />
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        ReadArguments.Put(behavior, cancellationToken);
        return ReadWithArgumentsAsync();
    }

    private async Task<DbDataReader> ReadWithArgumentsAsync()
    {
        var (behavior, cancellationToken) = ReadArguments.Take();
        return await ReadAsync(async: true, behavior, cancellationToken).ConfigureAwait(false);
    }

    // Npgsql's words for its own members, which are those of a command.
    private static NotSupportedException NoAccess() =>
        new("Connection and transaction access is not supported on commands created from DbDataSource.");

    private static NotSupportedException NotOnDataSourceBatch() =>
        new("Connection and transaction access is not supported on batches created from DbDataSource.");
}

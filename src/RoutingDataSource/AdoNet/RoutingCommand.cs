using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>A command whose text decides where it runs. Use it as an <see cref="NpgsqlCommand"/>.</summary>
[DesignerCategory("")]
public sealed partial class RoutingCommand : DbCommand, ICloneable, IComponent
{
    private readonly bool _isDataSourceCommand;
    private readonly NpgsqlCommand _inner = new();
    private RoutingConnection? _connection;
    private RoutingTransaction? _transaction;
    private RouteDecision _lastDecision;
    private RoutingDataSource? _lastSource;
    private string? _classifiedText;
    private StatementClass _statement;
    private object? _classifiedWith;
    private bool _isTimeoutSet;
    private bool _isPrepared;
    private Task<NpgsqlDataReader>? _completedRead;
    private NpgsqlConnection? _preparedOn;
    private int _preparedGeneration;
    private bool _isInnerTaken;
    private bool _isDisposed;

    /// <summary>Initialises a command without a text or a connection.</summary>
    public RoutingCommand()
        : this(null, null, isDataSourceCommand: false)
    {
    }

    /// <summary>Initialises a command without a connection.</summary>
    /// <param name="cmdText">The text.</param>
    public RoutingCommand(string? cmdText)
        : this(cmdText, null, isDataSourceCommand: false)
    {
    }

    /// <summary>Initialises a command.</summary>
    /// <param name="cmdText">The text.</param>
    /// <param name="connection">The connection.</param>
    public RoutingCommand(string? cmdText, RoutingConnection? connection)
        : this(cmdText, connection, isDataSourceCommand: false)
    {
    }

    /// <summary>Initialises a command.</summary>
    /// <param name="cmdText">The text.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">The transaction of that connection.</param>
    public RoutingCommand(string? cmdText, RoutingConnection? connection, RoutingTransaction? transaction)
        : this(cmdText, connection, isDataSourceCommand: false) => Transaction = transaction;

    internal RoutingCommand(string? text, RoutingConnection? connection, bool isDataSourceCommand)
    {
        GC.SuppressFinalize(this);
        _connection = connection;
        _isDataSourceCommand = isDataSourceCommand;
        if (text is not null)
            _inner.CommandText = text;
    }

    /// <summary>Gets where the last execution went, and why; <see langword="null"/> before the first.</summary>
    public CommandRoute? LastRoute => _lastSource?.RouteOf(_lastDecision);

    /// <summary>Gets Npgsql's own command, which holds the text and the parameters, for code that casts to it. Executing it bypasses routing.</summary>
    public NpgsqlCommand Inner
    {
        get
        {
            _isInnerTaken = true; // whoever has it has the connection that it is bound to, now or later
            if (_inner.Connection is { } inner)
                _connection?.MarkDirty(inner);
            return _inner;
        }
    }

    /// <summary>Gets the statements of the text as they were sent last.</summary>
    [Obsolete("Use the new DbBatch API")]
    public IReadOnlyList<NpgsqlBatchCommand> Statements => _inner.Statements;

    /// <inheritdoc />
    [AllowNull]
    public override string CommandText
    {
        get => _inner.CommandText;
        set
        {
            CheckNotDisposed();
            _inner.CommandText = value;
            _isPrepared = false;
        }
    }

    /// <summary>Gets or sets the time that the command may take, in seconds; 0 is for ever.</summary>
    /// <value>Default: the connection string's <c>Command Timeout</c>, else 30.</value>
    public override int CommandTimeout
    {
        get => _isTimeoutSet || _connection is null ? _inner.CommandTimeout : _connection.CommandTimeout;
        set
        {
            _inner.CommandTimeout = value;
            _isTimeoutSet = true;
        }
    }

    /// <inheritdoc />
    public override CommandType CommandType
    {
        get => _inner.CommandType;
        set
        {
            _inner.CommandType = value;
            _classifiedText = null;
        }
    }

    /// <summary>Gets or sets the connection that the command runs on.</summary>
    public new RoutingConnection? Connection
    {
        get => (RoutingConnection?)DbConnection;
        set => DbConnection = value;
    }

    /// <summary>Gets or sets the transaction. PostgreSQL has one per connection; a command takes part in it whatever is set here.</summary>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public new RoutingTransaction? Transaction
    {
        get => (RoutingTransaction?)DbTransaction;
        set => DbTransaction = value;
    }

    /// <summary>Gets the parameters.</summary>
    public new NpgsqlParameterCollection Parameters => _inner.Parameters;

    /// <inheritdoc />
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc />
    public override UpdateRowSource UpdatedRowSource
    {
        get => _inner.UpdatedRowSource;
        set => _inner.UpdatedRowSource = value;
    }

    /// <summary>Gets or sets whether all result columns are returned as text.</summary>
    public bool AllResultTypesAreUnknown
    {
        get => _inner.AllResultTypesAreUnknown;
        set => _inner.AllResultTypesAreUnknown = value;
    }

    /// <summary>Gets or sets which result columns are returned as text.</summary>
    public bool[]? UnknownResultTypeList
    {
        get => _inner.UnknownResultTypeList;
        set => _inner.UnknownResultTypeList = value;
    }

    /// <summary>Gets whether the command is prepared; it is prepared again by itself where it runs on another connection.</summary>
    public bool IsPrepared => _isPrepared && _connection is { State: ConnectionState.Open }
        && (_inner.IsPrepared || _inner.Connection is not { State: ConnectionState.Open });

    /// <summary>Not supported, as by Npgsql.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public new event EventHandler? Disposed
    {
        add => throw NoDisposedEvent();
        remove => throw NoDisposedEvent();
    }

    event EventHandler? IComponent.Disposed
    {
        add => Disposed += value;
        remove => Disposed -= value;
    }

    /// <summary>Whether the connection may keep the command for its next CreateCommand: only what CreateCommand made, as the program may hold on
    /// to what it made itself.</summary>
    internal bool IsCacheable { get; init; }

    /// <inheritdoc />
    protected override DbConnection? DbConnection
    {
        get => _isDataSourceCommand ? throw NotOnDataSourceCommand() : _connection;
        set
        {
            if (_isDataSourceCommand)
                throw NotOnDataSourceCommand();
            if (ReferenceEquals(value, _connection))
                return;
            CheckNotDisposed();
            var connection = (RoutingConnection?)value;
            _inner.Connection = null; // Npgsql refuses this while a reader of the command is open
            _connection = connection;
            _isPrepared = false;
            _transaction = null;
        }
    }

    /// <inheritdoc />
    protected override DbTransaction? DbTransaction
    {
        get => _isDataSourceCommand ? throw NotOnDataSourceCommand() : _transaction;
        set
        {
            if (_isDataSourceCommand)
                throw NotOnDataSourceCommand();
            var transaction = (RoutingTransaction?)value;
            transaction?.CheckNotCompleted();
            _transaction = transaction;
        }
    }

    /// <inheritdoc />
    protected override DbParameterCollection DbParameterCollection => _inner.Parameters;

    /// <inheritdoc />
    protected override DbParameter CreateDbParameter() => _inner.CreateParameter();

    /// <summary>Creates a parameter.</summary>
    /// <returns>The parameter; it is not added.</returns>
    public new NpgsqlParameter CreateParameter() => _inner.CreateParameter();

    /// <summary>Creates a command with the same text, settings, connection and copies of the parameters.</summary>
    /// <returns>The copy.</returns>
    /// <exception cref="NotSupportedException">The command was created by a data source.</exception>
    public RoutingCommand Clone()
    {
        var clone = new RoutingCommand(CommandText, _connection, Transaction)
        {
            CommandTimeout = CommandTimeout,
            CommandType = CommandType,
            DesignTimeVisible = DesignTimeVisible,
        };
        if (AllResultTypesAreUnknown)
            clone.AllResultTypesAreUnknown = true;
        else
            clone.UnknownResultTypeList = UnknownResultTypeList;
        foreach (NpgsqlParameter parameter in Parameters)
            clone.Parameters.Add(parameter.Clone());
        return clone;
    }

    object ICloneable.Clone() => Clone();

    /// <inheritdoc />
    public override void Cancel() => _inner.Cancel();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _transaction = null;
        // Like Npgsql's connections, ours keeps one command for its next CreateCommand, unless its reader is still open.
        if (!IsCacheable || _isInnerTaken || _isPrepared || _connection is not { CachedCommand: null } connection || IsRunning)
            return;
        if (_inner.Parameters.Count > 0)
            _inner.Parameters.Clear(); // they may be used by another command from now on
        _inner.CommandText = "";
        _inner.CommandType = CommandType.Text;
        _inner.AllResultTypesAreUnknown = false; // and forgets UnknownResultTypeList
        _inner.UpdatedRowSource = UpdateRowSource.Both;
        connection.CachedCommand = this;
    }

    private bool IsRunning =>
        _inner.Connection is { } inner && (inner.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

    /// <summary>Makes a kept command as good as new.</summary>
    internal void Revive()
    {
        DesignTimeVisible = false;
        _isTimeoutSet = false;
        _lastSource = null;
        _isDisposed = false;
    }

    private void CheckNotDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(NpgsqlCommand));

    private static NotSupportedException NoDisposedEvent() =>
        new("The Disposed event isn't supported by Npgsql. Use DbConnection.StateChange instead.");

    private static NotSupportedException NotOnDataSourceCommand() =>
        new("Connection and transaction access is not supported on commands created from DbDataSource.");
}

using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>A command whose text decides where it runs. Use it as an <see cref="NpgsqlCommand"/>.</summary>
[DesignerCategory("")]
public sealed partial class RoutingCommand : DbCommand, ICloneable
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
    private NpgsqlConnection? _preparedOn;
    private int _preparedGeneration;
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
    public NpgsqlCommand Inner => _inner;

    /// <inheritdoc />
    [AllowNull]
    public override string CommandText
    {
        get => _inner.CommandText;
        set
        {
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

    /// <summary>Gets whether the command was prepared; it is prepared again by itself where it runs on another connection.</summary>
    public bool IsPrepared => _isPrepared;

    /// <inheritdoc />
    protected override DbConnection? DbConnection
    {
        get => _isDataSourceCommand ? throw NotOnDataSourceCommand() : _connection;
        set
        {
            if (_isDataSourceCommand)
                throw NotOnDataSourceCommand();
            _connection = (RoutingConnection?)value;
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

    /// <summary>Creates a closed copy with the same text, settings and parameters.</summary>
    /// <returns>The copy.</returns>
    public RoutingCommand Clone()
    {
        var clone = new RoutingCommand(CommandText, _isDataSourceCommand ? null : _connection)
        {
            CommandType = CommandType,
            AllResultTypesAreUnknown = AllResultTypesAreUnknown,
            UnknownResultTypeList = UnknownResultTypeList,
            UpdatedRowSource = UpdatedRowSource,
            DesignTimeVisible = DesignTimeVisible,
            _transaction = _transaction,
        };
        if (_isTimeoutSet)
            clone.CommandTimeout = CommandTimeout;
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
        if (!_isDataSourceCommand && _connection is { CachedCommand: null } connection && !_isPrepared && !IsRunning)
            connection.CachedCommand = this;
    }

    private bool IsRunning =>
        _inner.Connection is { } inner && (inner.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

    /// <summary>Makes a kept command as good as new.</summary>
    internal void Revive(RoutingConnection connection)
    {
        if (_inner.Parameters.Count > 0)
            _inner.Parameters.Clear();
        _inner.CommandText = "";
        _inner.CommandType = CommandType.Text;
        _inner.AllResultTypesAreUnknown = false;
        _inner.UnknownResultTypeList = null;
        _inner.UpdatedRowSource = UpdateRowSource.Both;
        DesignTimeVisible = false;
        _connection = connection;
        _isTimeoutSet = false;
        _lastSource = null;
        _isDisposed = false;
    }

    private static NotSupportedException NotOnDataSourceCommand() =>
        new("Connection and transaction access is not supported on commands created from DbDataSource.");
}

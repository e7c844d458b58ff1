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
    private NpgsqlCommand? _own;
    private NpgsqlParameterCollection? _keptParameters; // while the own command has been given away
    private string? _keptText;
    private RoutingConnection? _connection;
    private RoutingTransaction? _transaction;
    private RouteDecision _lastDecision;
    private RoutingDataSource? _lastSource;
    private string? _classifiedText;
    private StatementClass _statement;
    private object? _classifiedWith;
    private int _timeout = NoTimeout;
    private Task<NpgsqlDataReader>? _completedRead;
    private bool _isInnerTaken;
    private bool _isListTaken;
    private bool _hasServedAnother; // the own command, which has not run for this one yet
    private bool _hasFailed; // an exception may refer to the own command for as long as the program likes
    private bool _isDisposed;

    private const int NoTimeout = -1;
    private const int DefaultTimeout = 30; // Npgsql's, in seconds

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
            Own.CommandText = text;
        if (connection is not null)
            connection.LastCommand = this;
    }

    /// <summary>Gets where the last execution went, and why; <see langword="null"/> before the first.</summary>
    public CommandRoute? LastRoute => _lastSource?.RouteOf(_lastDecision);

    /// <summary>Gets Npgsql's own command, which holds the text and the parameters, for code that casts to it. Executing it bypasses routing.</summary>
    public NpgsqlCommand Inner
    {
        get
        {
            _isInnerTaken = true; // whoever has it has the connection that it is bound to, now or later
            if (Own.Connection is { } inner)
                _connection?.MarkDirty(inner);
            return Own;
        }
    }

    /// <summary>Gets the statements of the text as they were sent last.</summary>
    [Obsolete("Use the new DbBatch API")]
    public IReadOnlyList<NpgsqlBatchCommand> Statements
    {
        get
        {
            if (_lastSource is null && _preparedFor is null && !_isInnerTaken)
                return []; // a command that has served another before may have statements still
            _isListTaken = true;
            return Own.Statements;
        }
    }

    /// <inheritdoc />
    [AllowNull]
    public override string CommandText
    {
        get => _own?.CommandText ?? _keptText ?? "";
        set
        {
            CheckNotDisposed();
            Own.CommandText = value;
            _preparedFor = null;
        }
    }

    /// <summary>Gets or sets the time that the command may take, in seconds; 0 is for ever.</summary>
    /// <value>Default: the connection string's <c>Command Timeout</c>, else 30.</value>
    public override int CommandTimeout
    {
        get => _timeout != NoTimeout ? _timeout : _connection?.CommandTimeout ?? DefaultTimeout;
        set
        {
            Own.CommandTimeout = value;
            _timeout = value;
        }
    }

    /// <inheritdoc />
    public override CommandType CommandType
    {
        get => Own.CommandType;
        set
        {
            Own.CommandType = value;
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
    public new NpgsqlParameterCollection Parameters => _keptParameters ?? Own.Parameters;

    /// <inheritdoc />
    public override bool DesignTimeVisible { get; set; }

    /// <inheritdoc />
    public override UpdateRowSource UpdatedRowSource
    {
        get => Own.UpdatedRowSource;
        set => Own.UpdatedRowSource = value;
    }

    /// <summary>Gets or sets whether all result columns are returned as text.</summary>
    public bool AllResultTypesAreUnknown
    {
        get => Own.AllResultTypesAreUnknown;
        set => Own.AllResultTypesAreUnknown = value;
    }

    /// <summary>Gets or sets which result columns are returned as text.</summary>
    public bool[]? UnknownResultTypeList
    {
        get => Own.UnknownResultTypeList;
        set => Own.UnknownResultTypeList = value;
    }

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
            if (_own is { } own)
                own.Connection = null; // Npgsql refuses this while a reader of the command is open
            if (_connection is { } former && ReferenceEquals(former.LastCommand, this))
                former.LastCommand = null; // whose end is no concern of this command any more
            _connection = connection;
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
    protected override DbParameterCollection DbParameterCollection => Parameters;

    /// <inheritdoc />
    protected override DbParameter CreateDbParameter() => CreateParameter();

    /// <summary>Creates a parameter.</summary>
    /// <returns>The parameter; it is not added.</returns>
    public new NpgsqlParameter CreateParameter() => Own.CreateParameter();

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
    public override void Cancel() => _own?.Cancel();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _transaction = null;
        if (_connection is not { IsExecuting: false } connection || _isInnerTaken || _preparedFor is not null || IsRunning)
            return;
        if (_isDataSourceCommand)
        {
            GiveOwn(connection.Recycles);
            connection.Dispose(); // nobody else has it, and its reader has closed it
        }
        else if (IsCacheable && connection.CachedCommand is null)
        {
            // Like Npgsql's connections, ours keeps one command for its next CreateCommand.
            if (_own is { } own)
            {
                if (InnerCommand.HasParameters(own))
                    own.Parameters.Clear(); // they may be used by another command from now on
                own.CommandText = "";
                own.CommandType = CommandType.Text;
                own.AllResultTypesAreUnknown = false; // and forgets UnknownResultTypeList
                own.UpdatedRowSource = UpdateRowSource.Both;
            }

            connection.CachedCommand = this;
        }
        else
        {
            GiveOwn(connection.Recycles);
        }
    }

    /// <summary>Npgsql's own command, which holds the text and the parameters.</summary>
    private NpgsqlCommand Own => _own ?? TakeOwn();

    private NpgsqlCommand TakeOwn()
    {
        var recycled = _connection?.Recycles?.Commands.Take();
        var own = recycled ?? new();
        _hasServedAnother = recycled is not null && _keptText is null;
        if (_keptText is { } text)
            InnerCommand.Restore(own, text, _keptParameters);
        (_keptText, _keptParameters) = (null, null);
        return _own = own;
    }

    private bool IsRunning =>
        _own?.Connection is { } inner && (inner.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

    /// <summary>Lets Npgsql's own command serve somebody else when nobody can know it; what can still be asked of this one is kept.</summary>
    internal void GiveOwn(RoutingDataSource? source)
    {
        if (source is null || _hasFailed || _isListTaken || _isInnerTaken || _preparedFor is not null
            || _own is not { CommandType: CommandType.Text, UpdatedRowSource: UpdateRowSource.Both, UnknownResultTypeList: null, AllResultTypesAreUnknown: false }
            || Interlocked.Exchange(ref _own, null) is not { } own)
            return;
        _keptText = own.CommandText;
        if (InnerCommand.TryReset(own, out _keptParameters))
            source.Commands.Give(own);
        else
            (_own, _keptText) = (own, null); // it stays what it was, with its parameters
    }

    /// <summary>Makes a kept command as good as new.</summary>
    internal void Revive()
    {
        DesignTimeVisible = false;
        _timeout = NoTimeout;
        _lastSource = null;
        _isDisposed = false;
    }

    private void CheckNotDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, typeof(NpgsqlCommand));

    private static NotSupportedException NoDisposedEvent() =>
        new("The Disposed event isn't supported by Npgsql. Use DbConnection.StateChange instead.");

    private static NotSupportedException NotOnDataSourceCommand() =>
        new("Connection and transaction access is not supported on commands created from DbDataSource.");
}

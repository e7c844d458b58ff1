using System.ComponentModel;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>A connection to the whole cluster. Use it as an <see cref="NpgsqlConnection"/>: each command goes to the server that its text
/// allows. Not thread-safe, and one command at a time, as Npgsql's.</summary>
/// <remarks>Connections to servers are opened when the first command needs one, and at most one is in use at a time.</remarks>
[DesignerCategory("")]
public partial class RoutingConnection : DbConnection, ICloneable
{
    private Lane _primary;
    private Lane _replica;
    private ConnectionState _state = ConnectionState.Closed;
    private StateChangeEventHandler? _innerClosed;
    private bool _isDisposed;

    internal RoutingConnection(RoutingDataSource source)
    {
        GC.SuppressFinalize(this);
        Source = source;
    }

    /// <summary>Gets the data source that the connection belongs to.</summary>
    internal RoutingDataSource Source { get; }

    internal RoutingCommand? CachedCommand { get; set; }

    /// <inheritdoc />
    /// <remarks>Setting anything but the present value is not supported: it would move the connection to another cluster.</remarks>
    /// <exception cref="NotSupportedException">The value differs from the present one.</exception>
    [AllowNull]
    public override string ConnectionString
    {
        get => Source.ConnectionString;
        set
        {
            if (value != Source.ConnectionString)
            {
                throw new NotSupportedException(
                    "The connection string of a routed connection cannot be changed: build another RoutingDataSource for the other cluster.");
            }
        }
    }

    /// <summary>Gets the host of the configured primary. Constant: caches are keyed by it.</summary>
    public string? Host => Source.Template.Host;

    /// <summary>Gets the port of the configured primary.</summary>
    public int Port => Source.Template.Port;

    /// <summary>Gets the user name.</summary>
    public string? UserName => Source.Template.UserName;

    /// <inheritdoc />
    public override string Database => Source.Template.Database;

    /// <inheritdoc />
    /// <remarks>That of the configured primary, whichever node is open. Constant: caches are keyed by it.</remarks>
    public override string DataSource => Source.Template.DataSource;

    /// <inheritdoc />
    public override int ConnectionTimeout => Source.Template.ConnectionTimeout;

    /// <summary>Gets the time that a command of this connection may take by default, in seconds; 0 is for ever.</summary>
    public int CommandTimeout => Source.DefaultCommandTimeout;

    /// <inheritdoc />
    public override ConnectionState State => FullState switch
    {
        ConnectionState.Connecting => ConnectionState.Connecting,
        ConnectionState.Broken => ConnectionState.Closed, // as Npgsql: EF Core opens a connection again when it is closed
        var state when (state & ConnectionState.Open) != 0 => ConnectionState.Open,
        _ => ConnectionState.Closed,
    };

    /// <summary>Gets the state with all its flags: <c>Open | Executing</c> while a command runs, <c>Open | Fetching</c> while a reader is open,
    /// <c>Broken</c> when the connection to the primary was lost.</summary>
    [Browsable(false)]
    public ConnectionState FullState
    {
        get
        {
            if (_state != ConnectionState.Open)
                return _state;
            if (_primary.IsHeld && _primary.Connection!.FullState == ConnectionState.Broken)
                return ConnectionState.Broken;
            return _primary.IsBusy ? _primary.Connection!.FullState
                : _replica.IsBusy ? _replica.Connection!.FullState
                : ConnectionState.Open;
        }
    }

    /// <inheritdoc />
    protected override DbProviderFactory DbProviderFactory => RoutingProviderFactory.Instance;

    /// <inheritdoc />
    /// <exception cref="NpgsqlException">No node can be used; the message names each with its reason. Transient: trying again later helps.</exception>
    public override void Open() => OpenAsync(async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    /// <exception cref="NpgsqlException">No node can be used; the message names each with its reason. Transient: trying again later helps.</exception>
    public override Task OpenAsync(CancellationToken cancellationToken) => OpenAsync(async: true, cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Close() => CloseAsync(async: false).WaitForSync();

    /// <inheritdoc />
    public override Task CloseAsync() => CloseAsync(async: true).AsTask();

    /// <inheritdoc />
    /// <exception cref="NotSupportedException">Always: build another <see cref="RoutingDataSource"/> for the other database.</exception>
    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException(
        $"A routed connection cannot change to database '{databaseName}': build another RoutingDataSource for it.");

    /// <summary>Creates a command for this connection.</summary>
    /// <returns>The command.</returns>
    public new RoutingCommand CreateCommand()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (CachedCommand is not { } cached)
            return new RoutingCommand(null, this, isDataSourceCommand: false);
        CachedCommand = null;
        cached.Revive(this);
        return cached;
    }

    /// <summary>Creates a batch for this connection.</summary>
    /// <returns>The batch.</returns>
    public new RoutingBatch CreateBatch() => new(this, null, isDataSourceBatch: false);

    /// <inheritdoc />
    public override bool CanCreateBatch => true;

    object ICloneable.Clone()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Source.CreateConnection();
    }

    /// <inheritdoc />
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <inheritdoc />
    protected override DbBatch CreateDbBatch() => CreateBatch();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        if (disposing)
            Close();
        _isDisposed = true;
        base.Dispose(disposing);
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        await CloseAsync(async: true).ConfigureAwait(false);
        _isDisposed = true;
        base.Dispose(true);
        GC.SuppressFinalize(this);
    }

    private ValueTask OpenAsync(bool async, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        switch (FullState)
        {
            case ConnectionState.Closed:
                break;
            case ConnectionState.Broken:
                return ReopenAsync(async, cancellationToken);
            default:
                throw new InvalidOperationException("Connection already open");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _state = ConnectionState.Connecting;
        try
        {
            var starting = async ? Source.EnsureStartedAsync(cancellationToken) : ValueTask.CompletedTask;
            if (!async)
                Source.EnsureStarted();
            if (starting.IsCompletedSuccessfully && System.Transactions.Transaction.Current is null)
            {
                FinishOpen();
                return ValueTask.CompletedTask;
            }

            return SlowOpenAsync(starting, async, cancellationToken);
        }
        catch
        {
            _state = ConnectionState.Closed;
            throw;
        }
    }

    private async ValueTask ReopenAsync(bool async, CancellationToken cancellationToken)
    {
        await CloseAsync(async).ConfigureAwait(false);
        await OpenAsync(async, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SlowOpenAsync(ValueTask starting, bool async, CancellationToken cancellationToken)
    {
        try
        {
            await starting.ConfigureAwait(false);
            if (Source.EnlistsByDefault && System.Transactions.Transaction.Current is { } ambient)
            {
                // Npgsql enlists when a connection opens, so the primary's must open now, inside the scope, and not at the first command.
                await AcquirePrimaryAsync(async, enlist: true, cancellationToken).ConfigureAwait(false);
                _ambient = ambient;
            }

            FinishOpen();
        }
        catch
        {
            _state = ConnectionState.Closed;
            throw;
        }
    }

    private void FinishOpen()
    {
        Source.CheckUsable();
        _state = ConnectionState.Open;
        ReleaseStickiness();
        OnStateChange(ClosedToOpen);
    }

    private ValueTask CloseAsync(bool async)
    {
        switch (_state)
        {
            case ConnectionState.Closed:
                return ValueTask.CompletedTask;
            case ConnectionState.Connecting:
                throw new InvalidOperationException("Can't close, connection is in state Connecting");
        }

        return CloseInnerAsync(async);
    }

    private async ValueTask CloseInnerAsync(bool async)
    {
        _state = ConnectionState.Closed; // a reader that closes with its connection must not come back here
        try
        {
            await ReleasePrimaryAsync(async).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseReplicaAsync(async).ConfigureAwait(false);
            FinishClose();
        }
    }

    private void FinishClose()
    {
        _state = ConnectionState.Closed;
        ForgetSessionState();
        OnStateChange(OpenToClosed);
    }

    /// <summary>Closes this connection as soon as the inner one is closed by its reader (<see cref="CommandBehavior.CloseConnection"/>).</summary>
    /// <remarks>Not by the reader's own event: readers belong to the physical connection and are used again, so that a handler may be wiped
    /// by the next user.</remarks>
    private void CloseWithReader(NpgsqlConnection inner)
    {
        if (inner.FullState == ConnectionState.Closed)
            OnInnerClosed(inner, OpenToClosed);
        else
            inner.StateChange += _innerClosed ??= OnInnerClosed;
    }

    private void OnInnerClosed(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState != ConnectionState.Closed)
            return;
        ((NpgsqlConnection)sender).StateChange -= _innerClosed;
        if (_state == ConnectionState.Open)
            CloseInnerAsync(async: false).WaitForSync();
    }

    private static readonly StateChangeEventArgs ClosedToOpen = new(ConnectionState.Closed, ConnectionState.Open);
    private static readonly StateChangeEventArgs OpenToClosed = new(ConnectionState.Open, ConnectionState.Closed);
}

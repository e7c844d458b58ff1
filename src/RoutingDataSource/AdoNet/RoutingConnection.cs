using System.ComponentModel;
using System.Data;
using System.Data.Common;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Consistency;

namespace ReplicaRouting;

/// <summary>A connection to the whole cluster. Use it as an <see cref="NpgsqlConnection"/>: each command goes to the server that its text
/// allows. Not thread-safe, and one command at a time, as Npgsql's.</summary>
/// <remarks>
/// <para>Connections to servers are opened when the first command needs one, and at most one is in use at a time.</para>
/// <para>Dapper and other libraries recognise Npgsql by the name of the connection's class. What a <see cref="RoutingDataSource"/> hands out has
/// that name; what a constructor of this class makes has not. <see cref="Compatibility.NpgsqlConnection"/> has both.</para>
/// </remarks>
[DesignerCategory("")]
public partial class RoutingConnection : DbConnection, ICloneable, IComponent, IHandedOut
{
    private RoutingDataSource? _source;
    private Lane _primary;
    private Lane _replica;
    private ConnectionState _state = ConnectionState.Closed;
    private bool _isDisposed;
    private bool _isInnerKnown; // the program may hold an inner connection or command for as long as it likes

    /// <summary>Initialises a connection without a connection string; set <see cref="ConnectionString"/> before opening it.</summary>
    public RoutingConnection() => GC.SuppressFinalize(this);

    /// <summary>Initialises a closed connection. All connections with the same string share one data source, with default options, for the life
    /// of the process.</summary>
    /// <param name="connectionString">An Npgsql connection string; <c>Host</c> may list the nodes, separated by commas.</param>
    /// <exception cref="ArgumentException">The connection string is malformed, or asks for something that routing does not support.</exception>
    public RoutingConnection(string? connectionString)
        : this() => ConnectionString = connectionString;

    internal RoutingConnection(RoutingDataSource source)
        : this()
    {
        _source = source;
        _isFromDataSource = true;
    }

    /// <summary>Gets the data source that the connection belongs to.</summary>
    internal RoutingDataSource Source => _source ?? throw NoConnectionString();

    internal RoutingCommand? CachedCommand { get; set; }

    internal RoutingBatch? CachedBatch { get; set; }

    /// <summary>The command that was made last for this connection.</summary>
    internal RoutingCommand? LastCommand { get; set; }

    /// <summary>Whether a command is on its way, or the Open that it begins with.</summary>
    internal bool IsExecuting => _running is not null || _state == ConnectionState.Connecting;

    /// <summary>Where inner commands come from and go to; <see langword="null"/> when they must be made anew and left behind.</summary>
    internal RoutingDataSource? Recycles => _isInnerKnown || _source is not { KeepsFailedCommands: false } ? null : _source;

    /// <inheritdoc />
    [Browsable(false)]
    public override ConnectionState State => FullState switch
    {
        ConnectionState.Connecting => ConnectionState.Connecting,
        ConnectionState.Broken => ConnectionState.Closed, // as Npgsql: EF Core opens a connection again when it is closed
        var state when (state & ConnectionState.Open) != 0 => ConnectionState.Open,
        _ => ConnectionState.Closed,
    };

    /// <summary>Gets the state with all its flags: <c>Open | Executing</c> while a command runs, <c>Open | Fetching</c> while a reader is open,
    /// <c>Broken</c> when the connection to the primary, or to the replica of an open read-only transaction, was lost.</summary>
    [Browsable(false)]
    public ConnectionState FullState
    {
        get
        {
            if (_state != ConnectionState.Open)
                return _state;
            if (IsBroken)
                return ConnectionState.Broken;
            return _primary.IsBusy ? _primary.Connection!.FullState
                : _replica.IsBusy ? _replica.Connection!.FullState
                : ConnectionState.Open;
        }
    }

    // A replica that is lost between two reads is nobody's business; one that is lost with a transaction on it is.
    private bool IsBroken =>
        _primary.IsBroken || (_replica.IsBroken && IsTransactionOnReplica);

    /// <inheritdoc />
    protected override DbProviderFactory DbProviderFactory => RoutingProviderFactory.Instance;

    /// <inheritdoc />
    public override bool CanCreateBatch => true;

    /// <summary>Not supported, as by Npgsql: use <see cref="DbConnection.StateChange"/>.</summary>
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

    /// <summary>Creates a command for this connection.</summary>
    /// <returns>The command.</returns>
    public new RoutingCommand CreateCommand()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (CachedCommand is not { } cached)
            return new RoutingCommand(null, this, isDataSourceCommand: false) { IsCacheable = true };
        CachedCommand = null;
        LastCommand = cached;
        cached.Revive();
        return cached;
    }

    /// <summary>Creates a batch for this connection.</summary>
    /// <returns>The batch.</returns>
    public new RoutingBatch CreateBatch()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (CachedBatch is not { } cached)
            return new(this, null, isDataSourceBatch: false) { IsCacheable = true };
        CachedBatch = null;
        cached.Revive();
        return cached;
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
        Recycle();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        await CloseAsync(async: true).ConfigureAwait(false);
        _isDisposed = true;
        Recycle();
        GC.SuppressFinalize(this);
    }

    // Nobody can use the inner objects through this connection any more, so they may serve another.
    private void Recycle()
    {
        if (IsExecuting || Recycles is not { } source)
            return;
        CachedCommand?.GiveOwn(source);
        LastCommand?.GiveOwn(source);
        _primary.Recycle();
        _replica.Recycle();
    }

    private static NotSupportedException NoDisposedEvent() =>
        new("The Disposed event isn't supported by Npgsql. Use DbConnection.StateChange instead.");

    private static InvalidOperationException NoConnectionString() => new("The ConnectionString property has not been initialized.");
}

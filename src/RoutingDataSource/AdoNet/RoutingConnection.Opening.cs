using System.Data;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// Opening and closing, and who is told.
public partial class RoutingConnection
{
    private static readonly StateChangeEventArgs ClosedToOpen = new(ConnectionState.Closed, ConnectionState.Open);
    private static readonly StateChangeEventArgs OpenToClosed = new(ConnectionState.Open, ConnectionState.Closed);

    private bool _isWatched;

    /// <inheritdoc />
    public override event StateChangeEventHandler? StateChange
    {
        add
        {
            base.StateChange += value;
            _isWatched = true;
            if (_primary.IsHeld)
                WatchPrimary();
        }

        remove => base.StateChange -= value;
    }

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

    // The exception of Npgsql's own asynchronous methods: a task that is made cancelled would throw a TaskCanceledException.
    private static async ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private ValueTask OpenAsync(bool async, CancellationToken cancellationToken)
    {
        CheckClosed();
        var source = Source;
        if (_state == ConnectionState.Open)
            return ReopenAsync(async, cancellationToken); // broken
        if (cancellationToken.IsCancellationRequested)
            return CancelAsync(cancellationToken);
        _state = ConnectionState.Connecting;
        try
        {
            var starting = async ? source.EnsureStartedAsync(cancellationToken) : ValueTask.CompletedTask;
            if (!async)
                source.EnsureStarted();
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
            _ambient = null;
            await ReleasePrimaryAsync(async).ConfigureAwait(false);
            throw;
        }
    }

    private void FinishOpen()
    {
        Source.CheckUsable();
        HidePassword();
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
        var wasBroken = IsBroken;
        if (IsTransactionOnReplica)
            NoteReplicaRead();
        EndRead();
        TakeBack(); // nobody looks at the inner connection while it closes
        _state = ConnectionState.Closed; // a reader that closes with its connection must not come back here
        try
        {
            await ReleasePrimaryAsync(async).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseReplicaAsync(async).ConfigureAwait(false);
            _transaction?.ConnectionClosed(wasBroken);
            ForgetSessionState();
            if (!wasBroken)
                OnStateChange(OpenToClosed);
        }
    }

    /// <summary>A reader that was to close the connection has closed the inner one.</summary>
    internal void ReaderClosed()
    {
        if (_state == ConnectionState.Open)
            CloseInnerAsync(async: false).WaitForSync();
    }

    // Npgsql tells when a connection breaks, not when it is closed afterwards.
    private void WatchPrimary()
    {
        if (!_isWatched || ReferenceEquals(_relays?.Watched, _primary.Connection))
            return;
        var watched = _primary.Connection!;
        (_relays ??= new()).Watched = watched;
        _isInnerKnown = true; // it keeps the handler
        watched.StateChange += (sender, _) =>
        {
            if (ReferenceEquals(sender, _primary.Connection) && _state == ConnectionState.Open && watched.FullState == ConnectionState.Broken)
                OnStateChange(OpenToClosed);
        };
    }

    private void CheckClosed()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var state = FullState;
        if (state == ConnectionState.Connecting || (state & ConnectionState.Open) != 0)
            throw new InvalidOperationException("Connection already open");
    }
}

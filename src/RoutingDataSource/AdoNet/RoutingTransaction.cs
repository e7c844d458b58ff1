using System.Data;
using System.Data.Common;
using Npgsql;
using ReplicaRouting.AdoNet;

#pragma warning disable CA1725 // parameters are named as Npgsql names them, for callers that name them too

namespace ReplicaRouting;

/// <summary>A transaction that was begun on a <see cref="RoutingConnection"/>. It lives on one server whole.</summary>
public sealed class RoutingTransaction : DbTransaction
{
    private readonly NpgsqlTransaction _inner;
    private readonly RoutingConnection _connection;
    private bool _hasEnded;
    private bool _isDetached;
    private bool _isDisposed;

    internal RoutingTransaction(RoutingConnection connection, NpgsqlTransaction inner, bool isOnReplica)
    {
        _connection = connection;
        _inner = inner;
        IsOnReplica = isOnReplica;
        IsReadOnly = isOnReplica;
    }

    /// <summary>Gets the connection that the transaction was begun on; <see langword="null"/> once that has been closed.</summary>
    /// <exception cref="ObjectDisposedException">The transaction was disposed.</exception>
    public new RoutingConnection? Connection
    {
        get
        {
            CheckNotDisposed();
            return _isDetached ? null : _connection;
        }
    }

    /// <summary>Gets Npgsql's own transaction, for code that casts to it.</summary>
    public NpgsqlTransaction Inner => _inner; // its connection is reset by its pool, whatever is done with it

    /// <inheritdoc />
    public override IsolationLevel IsolationLevel
    {
        get
        {
            CheckIsMine();
            return _inner.IsolationLevel;
        }
    }

    /// <inheritdoc />
    public override bool SupportsSavepoints => true;

    /// <inheritdoc />
    protected override DbConnection? DbConnection => Connection;

    internal bool IsOnReplica { get; }

    internal bool IsReadOnly { get; set; }

    /// <summary>In shadow mode, the replica that a read-only transaction would have gone to; -1 for none.</summary>
    internal int ShadowNode { get; set; } = -1;

    /// <summary>What becomes of its commands, with where they would have gone.</summary>
    internal RouteDecision Shadowed(in RouteDecision decision) =>
        ShadowNode < 0 ? decision : decision with { ShadowReason = RouteReason.ReadOnlyTransaction, ShadowNode = ShadowNode };

    internal bool HasEnded => _hasEnded;

    /// <inheritdoc />
    public override void Commit() => EndAsync(commit: true, async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    public override Task CommitAsync(CancellationToken cancellationToken = default) => EndAsync(commit: true, async: true, cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Rollback() => EndAsync(commit: false, async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    public override Task RollbackAsync(CancellationToken cancellationToken = default) =>
        EndAsync(commit: false, async: true, cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Save(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        CheckIsMine();
        _inner.Save(name);
    }

    /// <inheritdoc />
    public override Task SaveAsync(string name, CancellationToken cancellationToken = default)
    {
        Save(name); // sends nothing, as Npgsql's: it goes with the next command
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override void Rollback(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        CheckIsMine();
        _inner.Rollback(name);
    }

    /// <inheritdoc />
    public override async Task RollbackAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        CheckIsMine();
        await _inner.RollbackAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public override void Release(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        CheckIsMine();
        _inner.Release(name);
    }

    /// <inheritdoc />
    public override async Task ReleaseAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        CheckIsMine();
        await _inner.ReleaseAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            DisposeAsync(async: false).WaitForSync();
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync() => DisposeAsync(async: true);

    /// <summary>The transaction has ended: through this object, or by a text such as COMMIT.</summary>
    internal void NoteEnd()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        _connection.TransactionEnded(this);
    }

    /// <summary>Its connection was closed, which rolls it back; or was lost and then closed, which disposes it.</summary>
    internal void ConnectionClosed(bool wasBroken)
    {
        _isDisposed |= wasBroken && !_hasEnded;
        _hasEnded = true;
        _isDetached = true;
    }

    /// <summary>Whether the server has ended it. Npgsql tells only by refusing to give an ended transaction to a command.</summary>
    internal bool HasInnerEnded()
    {
        try
        {
            using var scratch = new NpgsqlCommand { Transaction = _inner };
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>Fails as Npgsql does when a transaction that has ended is given to a command.</summary>
    internal void CheckNotCompleted()
    {
        if (_hasEnded || _isDisposed || !IsCurrent)
            throw new InvalidOperationException("Transaction is already completed");
    }

    // Npgsql's object belongs to the physical connection and is used again: an earlier one must not end somebody else's transaction.
    private bool IsCurrent => !_isDetached && ReferenceEquals(_connection.LastTransaction, this);

    private void CheckNotDisposed()
    {
        if (_isDisposed)
            ThrowDisposed();
    }

    private static void ThrowDisposed() => throw new ObjectDisposedException(nameof(NpgsqlTransaction), (Exception?)null); // Npgsql's message

    private void CheckIsMine()
    {
        CheckNotDisposed();
        if (!_hasEnded && IsCurrent)
            return;
        if (IsCurrent && !IsOnReplica)
            _ = _inner.IsolationLevel; // says what Npgsql says when the connection was lost
        throw new InvalidOperationException("This NpgsqlTransaction has completed; it is no longer usable.");
    }

    private async ValueTask EndAsync(bool commit, bool async, CancellationToken cancellationToken)
    {
        CheckIsMine();
        var ended = false;
        try
        {
            if (async)
                await (commit ? _inner.CommitAsync(cancellationToken) : _inner.RollbackAsync(cancellationToken)).ConfigureAwait(false);
            else if (commit)
                _inner.Commit();
            else
                _inner.Rollback();
            ended = true;
        }
        finally
        {
            // A commit that failed because a reader is open has not ended it; one that the server refused has.
            if (ended || HasInnerEnded())
                NoteEnd();
        }
    }

    private async ValueTask DisposeAsync(bool async)
    {
        if (_isDisposed)
            return;
        if (IsCurrent)
        {
            if (async)
                await _inner.DisposeAsync().ConfigureAwait(false);
            else
                _inner.Dispose();
            NoteEnd();
        }

        _isDisposed = true;
    }
}

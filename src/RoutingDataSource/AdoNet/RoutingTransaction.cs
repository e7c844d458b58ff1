using System.Data;
using System.Data.Common;
using Npgsql;

namespace ReplicaRouting;

/// <summary>A transaction that was begun on a <see cref="RoutingConnection"/>. It lives on one server whole.</summary>
public sealed class RoutingTransaction : DbTransaction
{
    private readonly RoutingConnection _connection;
    private bool _hasEnded;
    private bool _isDisposed;

    internal RoutingTransaction(RoutingConnection connection, NpgsqlTransaction inner, bool isOnReplica)
    {
        _connection = connection;
        Inner = inner;
        IsOnReplica = isOnReplica;
    }

    /// <summary>Gets the connection that the transaction was begun on.</summary>
    /// <exception cref="ObjectDisposedException">The transaction was disposed.</exception>
    public new RoutingConnection? Connection
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _connection;
        }
    }

    /// <summary>Gets Npgsql's own transaction, for code that casts to it.</summary>
    public NpgsqlTransaction Inner { get; }

    /// <inheritdoc />
    public override IsolationLevel IsolationLevel => Inner.IsolationLevel;

    /// <inheritdoc />
    public override bool SupportsSavepoints => Inner.SupportsSavepoints;

    /// <inheritdoc />
    protected override DbConnection? DbConnection => Connection;

    internal bool IsOnReplica { get; }

    internal bool HasEnded => _hasEnded;

    /// <inheritdoc />
    public override void Commit()
    {
        CheckIsMine();
        try
        {
            Inner.Commit();
        }
        finally
        {
            NoteEnd();
        }
    }

    /// <inheritdoc />
    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        CheckIsMine();
        try
        {
            await Inner.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            NoteEnd();
        }
    }

    /// <inheritdoc />
    public override void Rollback()
    {
        CheckIsMine();
        try
        {
            Inner.Rollback();
        }
        finally
        {
            NoteEnd();
        }
    }

    /// <inheritdoc />
    public override async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        CheckIsMine();
        try
        {
            await Inner.RollbackAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            NoteEnd();
        }
    }

    /// <inheritdoc />
    public override void Save(string savepointName)
    {
        CheckIsMine();
        Inner.Save(savepointName);
    }

    /// <inheritdoc />
    public override Task SaveAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        CheckIsMine();
        return Inner.SaveAsync(savepointName, cancellationToken);
    }

    /// <inheritdoc />
    public override void Rollback(string savepointName)
    {
        CheckIsMine();
        Inner.Rollback(savepointName);
    }

    /// <inheritdoc />
    public override Task RollbackAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        CheckIsMine();
        return Inner.RollbackAsync(savepointName, cancellationToken);
    }

    /// <inheritdoc />
    public override void Release(string savepointName)
    {
        CheckIsMine();
        Inner.Release(savepointName);
    }

    /// <inheritdoc />
    public override Task ReleaseAsync(string savepointName, CancellationToken cancellationToken = default)
    {
        CheckIsMine();
        return Inner.ReleaseAsync(savepointName, cancellationToken);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed || !disposing)
            return;
        // Npgsql's object belongs to the physical connection and is used again: disposing it late would end somebody else's transaction.
        if (IsCurrent)
        {
            try
            {
                Inner.Dispose();
            }
            finally
            {
                NoteEnd();
            }
        }

        _isDisposed = true;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        if (IsCurrent)
        {
            try
            {
                await Inner.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                NoteEnd();
            }
        }

        _isDisposed = true;
    }

    /// <summary>The transaction was ended by a text such as COMMIT, or its connection was closed.</summary>
    internal void EndedByText() => _hasEnded = true;

    /// <summary>Fails as Npgsql does when a transaction that has ended is given to a command.</summary>
    internal void CheckNotCompleted()
    {
        if (_hasEnded || _isDisposed || !IsCurrent)
            throw new InvalidOperationException("Transaction is already completed");
    }

    private bool IsCurrent => ReferenceEquals(_connection.LastTransaction, this);

    private void CheckIsMine()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!IsCurrent || _hasEnded)
            throw new InvalidOperationException("This NpgsqlTransaction has completed; it is no longer usable.");
    }

    private void NoteEnd()
    {
        if (_hasEnded || !IsInnerCompleted())
            return;
        _hasEnded = true;
        _connection.EndWrite();
    }

    // Npgsql does not tell whether a transaction has ended, except by refusing to give one that has to a command. A commit that failed because
    // a reader is open has not ended it; one that the server refused has.
    private bool IsInnerCompleted()
    {
        try
        {
            using var scratch = new NpgsqlCommand { Transaction = Inner };
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}

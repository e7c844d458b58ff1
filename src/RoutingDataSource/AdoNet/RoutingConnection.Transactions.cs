using System.Data.Common;
using System.Transactions;
using ReplicaRouting.AdoNet;
using IsolationLevel = System.Data.IsolationLevel;

namespace ReplicaRouting;

// Transactions: on one server whole.
public partial class RoutingConnection
{
    /// <summary>Gets the transaction that was begun last since the connection was opened.</summary>
    internal RoutingTransaction? LastTransaction => _transaction;

    /// <summary>Begins a transaction on the primary.</summary>
    /// <returns>The transaction.</returns>
    public new RoutingTransaction BeginTransaction() => BeginTransaction(IsolationLevel.Unspecified);

    /// <summary>Begins a transaction on the primary.</summary>
    /// <param name="level">The isolation level.</param>
    /// <returns>The transaction.</returns>
    public new RoutingTransaction BeginTransaction(IsolationLevel level) =>
        BeginTransactionAsync(level, async: false, CancellationToken.None).WaitForSync();

    /// <summary>Begins a transaction on the primary.</summary>
    /// <param name="cancellationToken">Cancels the opening of a connection.</param>
    /// <returns>The transaction.</returns>
    public new ValueTask<RoutingTransaction> BeginTransactionAsync(CancellationToken cancellationToken = default) =>
        BeginTransactionAsync(IsolationLevel.Unspecified, cancellationToken);

    /// <summary>Begins a transaction on the primary.</summary>
    /// <param name="level">The isolation level.</param>
    /// <param name="cancellationToken">Cancels the opening of a connection.</param>
    /// <returns>The transaction.</returns>
    public new ValueTask<RoutingTransaction> BeginTransactionAsync(IsolationLevel level, CancellationToken cancellationToken = default) =>
        BeginTransactionAsync(level, async: true, cancellationToken);

    /// <summary>Enlists in a transaction, on the primary. Enlisting twice in the same one is harmless.</summary>
    /// <param name="transaction">The transaction; <see langword="null"/> leaves the present one once it has ended.</param>
    public override void EnlistTransaction(Transaction? transaction)
    {
        CheckReady();
        if (transaction is not null && transaction.Equals(_ambient) && IsAmbientActive())
            return;
        var inner = AcquirePrimaryAsync(async: false, enlist: false, CancellationToken.None).WaitForSync();
        inner.EnlistTransaction(transaction);
        _ambient = transaction;
    }

    /// <inheritdoc />
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => BeginTransaction(isolationLevel);

    /// <inheritdoc />
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await BeginTransactionAsync(isolationLevel, async: true, cancellationToken).ConfigureAwait(false);

    private async ValueTask<RoutingTransaction> BeginTransactionAsync(IsolationLevel level, bool async, CancellationToken cancellationToken)
    {
        CheckReady();
        if (ActiveTransaction is not null)
            throw new InvalidOperationException("A transaction is already in progress; nested/concurrent transactions aren't supported.");
        if (level == IsolationLevel.Chaos)
            throw new NotSupportedException("Unsupported IsolationLevel: " + level);
        EndWrite();
        await ReleaseReplicaAsync(async).ConfigureAwait(false);
        var inner = await AcquirePrimaryAsync(async, enlist: false, cancellationToken).ConfigureAwait(false);
        var begun = async
            ? await inner.BeginTransactionAsync(level, cancellationToken).ConfigureAwait(false)
            : inner.BeginTransaction(level);
        _transaction = new(this, begun, isOnReplica: false);
        return _transaction;
    }
}

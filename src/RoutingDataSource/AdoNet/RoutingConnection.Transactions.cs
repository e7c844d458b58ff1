using System.Data.Common;
using System.Transactions;
using Npgsql;
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
        BeginOnPrimaryAsync(level, async: false, CancellationToken.None).WaitForSync();

    /// <summary>Begins a transaction, on a replica when it is read-only and one can serve it.</summary>
    /// <param name="level">The isolation level. A read-only transaction that is <see cref="IsolationLevel.Serializable"/> goes to the primary:
    /// a replica has no such level.</param>
    /// <param name="readOnly">Whether PostgreSQL refuses every write in it (SQLSTATE 25006; such a command is not run elsewhere).</param>
    /// <returns>The transaction.</returns>
    /// <remarks>Settings, cursors and the like that are made inside a read-only transaction on a replica are gone when it ends.</remarks>
    /// <exception cref="InvalidOperationException">A transaction is in progress, or the connection is closed or busy.</exception>
    public RoutingTransaction BeginTransaction(IsolationLevel level, bool readOnly) =>
        (readOnly ? BeginReadOnlyAsync(level, async: false, CancellationToken.None) : BeginOnPrimaryAsync(level, async: false, CancellationToken.None))
        .WaitForSync();

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
        BeginOnPrimaryAsync(level, async: true, cancellationToken);

    /// <inheritdoc cref="BeginTransaction(IsolationLevel, bool)" />
    /// <param name="level">The isolation level. A read-only transaction that is <see cref="IsolationLevel.Serializable"/> goes to the primary:
    /// a replica has no such level.</param>
    /// <param name="readOnly">Whether PostgreSQL refuses every write in it (SQLSTATE 25006; such a command is not run elsewhere).</param>
    /// <param name="cancellationToken">Cancels the opening of a connection.</param>
    public ValueTask<RoutingTransaction> BeginTransactionAsync(IsolationLevel level, bool readOnly, CancellationToken cancellationToken = default) =>
        readOnly ? BeginReadOnlyAsync(level, async: true, cancellationToken) : BeginOnPrimaryAsync(level, async: true, cancellationToken);

    /// <summary>Enlists in a transaction, on the primary. Enlisting twice in the same one is harmless.</summary>
    /// <param name="transaction">The transaction; <see langword="null"/> leaves the present one once it has ended.</param>
    /// <exception cref="InvalidOperationException">The connection is closed or busy, or takes part in another transaction.</exception>
    public override void EnlistTransaction(Transaction? transaction)
    {
        if (transaction is not null && transaction.Equals(_ambient) && IsAmbientActive())
            return;
        CheckReady();
        var inner = AcquirePrimaryAsync(async: false, enlist: false, CancellationToken.None).WaitForSync();
        inner.EnlistTransaction(transaction);
        _ambient = transaction;
    }

    /// <inheritdoc />
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => BeginTransaction(isolationLevel);

    /// <inheritdoc />
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken) =>
        await BeginOnPrimaryAsync(isolationLevel, async: true, cancellationToken).ConfigureAwait(false);

    /// <summary>A transaction of this connection has ended, by whatever means.</summary>
    internal void TransactionEnded(RoutingTransaction transaction)
    {
        if (!ReferenceEquals(transaction, _transaction))
            return;
        _isInTextTransaction = false; // a BEGIN inside it began nothing
        EndWrite();
        EndTransactionInFallback();
        if (transaction.IsOnReplica)
            NoteReplicaRead();
    }

    private async ValueTask<RoutingTransaction> BeginOnPrimaryAsync(IsolationLevel level, bool async, CancellationToken cancellationToken)
    {
        CheckCanBegin(level);
        EndWrite();
        EndRead();
        LeaveFallback();
        await ReleaseReplicaAsync(async).ConfigureAwait(false);
        var inner = await AcquirePrimaryAsync(async, enlist: false, cancellationToken).ConfigureAwait(false);
        var begun = async
            ? await inner.BeginTransactionAsync(level, cancellationToken).ConfigureAwait(false)
            : inner.BeginTransaction(level);
        _transaction = new(this, begun, isOnReplica: false);
        return _transaction;
    }

    private async ValueTask<RoutingTransaction> BeginReadOnlyAsync(IsolationLevel level, bool async, CancellationToken cancellationToken)
    {
        CheckCanBegin(level);
        if (level == IsolationLevel.Serializable || IsInTransaction || _isPinned)
            return await BeginReadOnlyOnPrimaryAsync(level, async, cancellationToken).ConfigureAwait(false);

        EndWrite();
        EndRead();
        LeaveFallback();
        var proof = new StatementClass { Reason = RouteReason.ProvenRead };
        var decision = DecideFreeRead("", proof, Source.Table, peek: false);
        for (var attempt = 1; decision.Target == RouteTarget.Replica; attempt++)
        {
            try
            {
                var inner = await AcquireReplicaAsync(decision.Node, async, cancellationToken, leavesState: true).ConfigureAwait(false);
                if (decision.WaitFor != default && !await ReplayWait.ForAsync(
                    inner, decision.WaitFor, Source.Options.ReplicaWait, Source.Time, async, cancellationToken).ConfigureAwait(false))
                {
                    decision = Fallback(Source.Table, RouteReason.ReadYourWrites, decision.WaitFor, peek: false) with { IsFreeRead = true };
                    continue;
                }

                var begun = async
                    ? await inner.BeginTransactionAsync(level, cancellationToken).ConfigureAwait(false)
                    : inner.BeginTransaction(level);
                // A server in recovery makes every transaction read-only, so there is nothing to add.
                _transaction = new(this, begun, isOnReplica: true);
                return _transaction;
            }
            catch (Exception error) when (Reroute(canRepeat: true, proof, decision, error, attempt) is { } next)
            {
                decision = next;
            }

            await ReleaseReplicaAsync(async).ConfigureAwait(false);
        }

        _isTransactionInFallback = _isInFallback;
        RoutingTransaction transaction;
        try
        {
            transaction = await BeginReadOnlyOnPrimaryAsync(level, async, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            EndTransactionInFallback();
            throw;
        }

        if (decision is { ShadowReason: not null, ShadowNode: >= 0 })
            transaction.ShadowNode = decision.ShadowNode;
        return transaction;
    }

    private async ValueTask<RoutingTransaction> BeginReadOnlyOnPrimaryAsync(IsolationLevel level, bool async, CancellationToken cancellationToken)
    {
        var transaction = await BeginOnPrimaryAsync(level, async, cancellationToken).ConfigureAwait(false);
        var command = new NpgsqlCommand("SET TRANSACTION READ ONLY", _primary.Connection);
        try
        {
            if (async)
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            else
                command.ExecuteNonQuery();
            transaction.IsReadOnly = true;
            return transaction;
        }
        catch
        {
            if (async)
                await transaction.DisposeAsync().ConfigureAwait(false);
            else
                transaction.Dispose();
            throw;
        }
    }

    private void CheckCanBegin(IsolationLevel level)
    {
        if (level == IsolationLevel.Chaos)
            throw new NotSupportedException("Unsupported IsolationLevel: Chaos");
        CheckReady();
        if (ActiveTransaction is not null || _isTextTransactionOnReplica)
            throw new InvalidOperationException("A transaction is already in progress; nested/concurrent transactions aren't supported.");
    }
}

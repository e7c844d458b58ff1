using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using ReplicaRouting;
using ReplicaRouting.EntityFrameworkCore.Internal;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Transactions that may run on a replica.</summary>
public static class RoutingDatabaseFacadeExtensions
{
    // What makes a transaction of a plain connection read-only (PostgreSQL manual, SET TRANSACTION).
    private const string ReadOnlySql = "SET TRANSACTION READ ONLY";

    /// <summary>Begins a transaction in which the server refuses every write (SQLSTATE 25006), on a replica where one may serve it.</summary>
    /// <param name="database">The context's database, over a routed connection or over a plain one, where it stays on that one's server.</param>
    /// <param name="isolationLevel">Default: the server's. <see cref="IsolationLevel.RepeatableRead"/> shows one state throughout.</param>
    /// <returns>The transaction; dispose it to end it.</returns>
    /// <exception cref="InvalidOperationException">The context has a transaction already.</exception>
    public static IDbContextTransaction BeginReadOnlyTransaction(
        this DatabaseFacade database, IsolationLevel isolationLevel = IsolationLevel.Unspecified)
    {
        ArgumentNullException.ThrowIfNull(database);
        ThrowIfInTransaction(database);
        database.OpenConnection();
        try
        {
            if (database.GetDbConnection() is not RoutingConnection connection)
            {
                var plain = database.BeginTransaction(isolationLevel);
                try
                {
                    database.ExecuteSqlRaw(ReadOnlySql);
                    return plain;
                }
                catch
                {
                    plain.Dispose(); // it may write
                    throw;
                }
            }

            var transaction = connection.BeginTransaction(isolationLevel, readOnly: true);
            try
            {
                return new ReadOnlyTransaction(database.UseTransaction(transaction)!, transaction);
            }
            catch
            {
                transaction.Dispose();
                throw;
            }
        }
        finally
        {
            database.CloseConnection(); // the transaction keeps it open for itself
        }
    }

    /// <inheritdoc cref="BeginReadOnlyTransaction(DatabaseFacade, IsolationLevel)"/>
    /// <param name="database">The context's database, over a routed connection or over a plain one, where it stays on that one's server.</param>
    /// <param name="cancellationToken">Cancels the opening of a connection.</param>
    public static Task<IDbContextTransaction> BeginReadOnlyTransactionAsync(this DatabaseFacade database, CancellationToken cancellationToken = default) =>
        database.BeginReadOnlyTransactionAsync(IsolationLevel.Unspecified, cancellationToken);

    /// <inheritdoc cref="BeginReadOnlyTransaction(DatabaseFacade, IsolationLevel)"/>
    /// <param name="database">The context's database, over a routed connection or over a plain one, where it stays on that one's server.</param>
    /// <param name="isolationLevel"><see cref="IsolationLevel.RepeatableRead"/> shows one state throughout.</param>
    /// <param name="cancellationToken">Cancels the opening of a connection.</param>
    public static async Task<IDbContextTransaction> BeginReadOnlyTransactionAsync(
        this DatabaseFacade database, IsolationLevel isolationLevel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        ThrowIfInTransaction(database);
        await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (database.GetDbConnection() is not RoutingConnection connection)
            {
                var plain = await database.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false);
                try
                {
                    await database.ExecuteSqlRawAsync(ReadOnlySql, cancellationToken).ConfigureAwait(false);
                    return plain;
                }
                catch
                {
                    await plain.DisposeAsync().ConfigureAwait(false); // it may write
                    throw;
                }
            }

            DbTransaction transaction = await connection.BeginTransactionAsync(isolationLevel, readOnly: true, cancellationToken).ConfigureAwait(false);
            try
            {
                var used = await database.UseTransactionAsync(transaction, cancellationToken).ConfigureAwait(false);
                return new ReadOnlyTransaction(used!, transaction);
            }
            catch
            {
                await transaction.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            await database.CloseConnectionAsync().ConfigureAwait(false); // the transaction keeps it open for itself
        }
    }

    private static void ThrowIfInTransaction(DatabaseFacade database)
    {
        if (database.CurrentTransaction is not null)
            throw new InvalidOperationException("The context has a transaction already: a read-only one cannot begin inside it.");
    }
}

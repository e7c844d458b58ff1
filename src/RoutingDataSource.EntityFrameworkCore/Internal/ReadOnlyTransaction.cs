using System.Data.Common;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace ReplicaRouting.EntityFrameworkCore.Internal;

/// <summary>EF Core takes a transaction that it did not begin for somebody else's and leaves it open: this one ends with its owner.</summary>
internal sealed class ReadOnlyTransaction(IDbContextTransaction used, DbTransaction transaction) : IDbContextTransaction, IInfrastructure<DbTransaction>
{
    public Guid TransactionId => used.TransactionId;

    public bool SupportsSavepoints => used.SupportsSavepoints;

    DbTransaction IInfrastructure<DbTransaction>.Instance => transaction;

    public void Commit() => used.Commit();

    public Task CommitAsync(CancellationToken cancellationToken = default) => used.CommitAsync(cancellationToken);

    public void Rollback() => used.Rollback();

    public Task RollbackAsync(CancellationToken cancellationToken = default) => used.RollbackAsync(cancellationToken);

    public void CreateSavepoint(string name) => used.CreateSavepoint(name);

    public Task CreateSavepointAsync(string name, CancellationToken cancellationToken = default) => used.CreateSavepointAsync(name, cancellationToken);

    public void RollbackToSavepoint(string name) => used.RollbackToSavepoint(name);

    public Task RollbackToSavepointAsync(string name, CancellationToken cancellationToken = default) =>
        used.RollbackToSavepointAsync(name, cancellationToken);

    public void ReleaseSavepoint(string name) => used.ReleaseSavepoint(name);

    public Task ReleaseSavepointAsync(string name, CancellationToken cancellationToken = default) => used.ReleaseSavepointAsync(name, cancellationToken);

    public void Dispose()
    {
        transaction.Dispose(); // first: it rolls back over the connection that the other gives back
        used.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync().ConfigureAwait(false);
        await used.DisposeAsync().ConfigureAwait(false);
    }
}

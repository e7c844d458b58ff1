using System.Data;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.Internal;
using Npgsql.EntityFrameworkCore.PostgreSQL.Storage.Internal;

namespace ReplicaRouting.EntityFrameworkCore.Internal;

/// <summary>Runs schema work on the primary. The provider casts to Npgsql's own types there, so the context gets Npgsql's data source of the
/// primary for as long as the work lasts.</summary>
internal sealed class SchemaWork(IRelationalConnection relationalConnection, IDbContextOptions contextOptions)
{
    private const string DefaultAdminDatabase = "postgres"; // as the provider's

    private readonly NpgsqlRelationalConnection _connection = (NpgsqlRelationalConnection)relationalConnection;

    /// <summary>Set by work that finds out only on its way that it changes something.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Runs work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="kind">What it does to the database.</param>
    public T Run<T>(Func<T> work, SchemaWorkKind kind)
    {
        if (FindSource() is not { } source)
            return work();
        HasChanged = kind != SchemaWorkKind.Read;
        if (!CanSwap(kind))
        {
            using (RoutingSession.UsePrimary())
                return work();
        }

        var previous = Swap(source.FindSchemaPool(AdminDatabase));
        try
        {
            return work();
        }
        finally
        {
            Restore(source, previous);
            if (HasChanged)
                source.AfterSchemaChange(isDropped: kind == SchemaWorkKind.Drop);
        }
    }

    /// <inheritdoc cref="Run" />
    public async Task<T> RunAsync<T>(Func<Task<T>> work, SchemaWorkKind kind, CancellationToken cancellationToken)
    {
        if (FindSource() is not { } source)
            return await work().ConfigureAwait(false);
        HasChanged = kind != SchemaWorkKind.Read;
        if (!CanSwap(kind))
        {
            using (RoutingSession.UsePrimary())
                return await work().ConfigureAwait(false);
        }

        var previous = Swap(await source.FindSchemaPoolAsync(AdminDatabase, cancellationToken).ConfigureAwait(false));
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            Restore(source, previous);
            if (HasChanged)
                await source.AfterSchemaChangeAsync(isDropped: kind == SchemaWorkKind.Drop, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The routing data source that the context uses now; <see langword="null"/> when the work needs no help.</summary>
    private RoutingDataSource? FindSource() =>
        _connection.DataSource as RoutingDataSource ?? (_connection.DataSource is null ? (Current as RoutingConnection)?.Source : null);

    private System.Data.Common.DbConnection Current => ((IRelationalConnection)_connection).DbConnection;

    private string AdminDatabase => contextOptions.FindExtension<NpgsqlOptionsExtension>()?.AdminDatabase ?? DefaultAdminDatabase;

    private bool CanSwap(SchemaWorkKind kind)
    {
        if (_connection.DataSource is not null && Current.State == ConnectionState.Closed)
            return true;
        if (kind is SchemaWorkKind.Create or SchemaWorkKind.Drop)
        {
            throw new InvalidOperationException(_connection.DataSource is null
                ? "A database cannot be created or dropped over a routed connection that was given to the context: configure the context with UseRoutingNpgsql(dataSource)."
                : "A database cannot be created or dropped while the context's routed connection is open: close it first.");
        }

        return false; // an open connection may hold a transaction or settings that the work is meant to be part of
    }

    private RoutingConnection Swap(NpgsqlDataSource pool)
    {
        var previous = (RoutingConnection)Current;
        _connection.DbDataSource = pool;
        return previous;
    }

    private void Restore(RoutingDataSource source, RoutingConnection previous)
    {
        _connection.DbDataSource = source;
        // The context goes on with another connection object, which must know what the first has written and what was written meanwhile.
        ((RoutingConnection)Current).TakeOver(previous, hasWritten: HasChanged);
    }
}

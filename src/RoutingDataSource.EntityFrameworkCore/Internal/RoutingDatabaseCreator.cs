using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL.Storage.Internal;

namespace ReplicaRouting.EntityFrameworkCore.Internal;

/// <summary>Creates and drops databases and tables on the primary. Replaces the provider's creator.</summary>
internal sealed class RoutingDatabaseCreator(
    RelationalDatabaseCreatorDependencies dependencies, INpgsqlRelationalConnection connection, IRawSqlCommandBuilder rawSqlCommandBuilder)
    : NpgsqlDatabaseCreator(dependencies, connection, rawSqlCommandBuilder)
{
    private readonly INpgsqlRelationalConnection _connection = connection;

    public override bool Exists() => Run(base.Exists, SchemaWorkKind.Read);

    public override Task<bool> ExistsAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => base.ExistsAsync(cancellationToken), SchemaWorkKind.Read, cancellationToken);

    public override bool HasTables() => Run(base.HasTables, SchemaWorkKind.Read);

    public override Task<bool> HasTablesAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => base.HasTablesAsync(cancellationToken), SchemaWorkKind.Read, cancellationToken);

    public override void Create() => Run(() => Nothing(base.Create), SchemaWorkKind.Create);

    public override Task CreateAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => Nothing(base.CreateAsync(cancellationToken)), SchemaWorkKind.Create, cancellationToken);

    public override void Delete() => Run(() => Nothing(base.Delete), SchemaWorkKind.Drop);

    public override Task DeleteAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => Nothing(base.DeleteAsync(cancellationToken)), SchemaWorkKind.Drop, cancellationToken);

    public override void CreateTables() => Run(() => Nothing(base.CreateTables), SchemaWorkKind.Change);

    public override Task CreateTablesAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => Nothing(base.CreateTablesAsync(cancellationToken)), SchemaWorkKind.Change, cancellationToken);

    public override bool EnsureCreated()
    {
        var work = NewWork();
        return work.Run(() => work.HasChanged = base.EnsureCreated(), SchemaWorkKind.Read);
    }

    public override Task<bool> EnsureCreatedAsync(CancellationToken cancellationToken = default)
    {
        var work = NewWork();
        return work.RunAsync(async () => work.HasChanged = await base.EnsureCreatedAsync(cancellationToken).ConfigureAwait(false), SchemaWorkKind.Read, cancellationToken);
    }

    public override bool EnsureDeleted() => Run(base.EnsureDeleted, SchemaWorkKind.Drop);

    public override Task<bool> EnsureDeletedAsync(CancellationToken cancellationToken = default) =>
        RunAsync(() => base.EnsureDeletedAsync(cancellationToken), SchemaWorkKind.Drop, cancellationToken);

    private SchemaWork NewWork() => new(_connection, _connection.Context.GetService<IDbContextOptions>());

    private T Run<T>(Func<T> work, SchemaWorkKind kind) => NewWork().Run(work, kind);

    private Task<T> RunAsync<T>(Func<Task<T>> work, SchemaWorkKind kind, CancellationToken cancellationToken) =>
        NewWork().RunAsync(work, kind, cancellationToken);

    private static bool Nothing(Action work)
    {
        work();
        return true;
    }

    private static async Task<bool> Nothing(Task work)
    {
        await work.ConfigureAwait(false);
        return true;
    }
}

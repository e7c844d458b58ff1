using System.Data.Common;
using Npgsql;

namespace ReplicaRouting;

/// <summary>Makes the objects that fit a <see cref="RoutingConnection"/>. Npgsql's own factory would not do: its commands refuse our connections.</summary>
public sealed class RoutingProviderFactory : DbProviderFactory, IServiceProvider
{
    /// <summary>The one instance.</summary>
    /// <remarks>A field, because <see cref="DbProviderFactories"/> looks for one.</remarks>
    public static readonly RoutingProviderFactory Instance = new();

    private RoutingProviderFactory()
    {
    }

    /// <inheritdoc />
    public override bool CanCreateBatch => true;

    /// <inheritdoc />
    public override bool CanCreateDataAdapter => true;

    /// <inheritdoc />
    public override bool CanCreateCommandBuilder => true;

    /// <inheritdoc />
    public override DbConnection CreateConnection() => new Compatibility.NpgsqlConnection();

    /// <inheritdoc />
    public override DbCommand CreateCommand() => new RoutingCommand();

    /// <inheritdoc />
    public override DbBatch CreateBatch() => new RoutingBatch();

    /// <inheritdoc />
    public override DbBatchCommand CreateBatchCommand() => new NpgsqlBatchCommand();

    /// <inheritdoc />
    public override DbParameter CreateParameter() => new NpgsqlParameter();

    /// <inheritdoc />
    public override DbConnectionStringBuilder CreateConnectionStringBuilder() => new NpgsqlConnectionStringBuilder();

    /// <inheritdoc />
    public override DbCommandBuilder CreateCommandBuilder() => new RoutingCommandBuilder();

    /// <inheritdoc />
    public override DbDataAdapter CreateDataAdapter() => new RoutingDataAdapter();

    /// <inheritdoc />
    public override DbDataSource CreateDataSource(string connectionString) => RoutingDataSource.Create(connectionString);

    /// <summary>Gets nothing: there are no services.</summary>
    /// <param name="serviceType">The type of a service.</param>
    /// <returns>Always <see langword="null"/>.</returns>
    public object? GetService(Type serviceType) => null;
}

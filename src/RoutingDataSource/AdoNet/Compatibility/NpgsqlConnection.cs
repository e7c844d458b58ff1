namespace ReplicaRouting.Compatibility;

/// <summary>A <see cref="RoutingConnection"/> under the name that libraries look for: Dapper and others find out that they talk to Npgsql by the
/// name of the class, and only by that (array parameters, for example). Data sources hand out this class.</summary>
/// <remarks>In a namespace of its own so that <c>using Npgsql; using ReplicaRouting;</c> is not ambiguous. A program that makes its connections
/// from a connection string needs one line: <c>global using NpgsqlConnection = ReplicaRouting.Compatibility.NpgsqlConnection;</c>.</remarks>
public sealed class NpgsqlConnection : RoutingConnection
{
    /// <inheritdoc cref="RoutingConnection()" />
    public NpgsqlConnection()
    {
    }

    /// <inheritdoc cref="RoutingConnection(string)" />
    public NpgsqlConnection(string? connectionString)
        : base(connectionString)
    {
    }

    internal NpgsqlConnection(RoutingDataSource source)
        : base(source)
    {
    }

    internal NpgsqlConnection(RoutingConnection original)
        : base(original)
    {
    }
}

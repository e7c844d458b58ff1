namespace ReplicaRouting.AdoNet.Internal;

/// <summary>The connection that a data source hands out. Dapper and other libraries look at the name of the class, and only at that, to find
/// out that they talk to Npgsql (array parameters, for example), hence the name.</summary>
internal sealed class NpgsqlConnection(RoutingDataSource source) : RoutingConnection(source);

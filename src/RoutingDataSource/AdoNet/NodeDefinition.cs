using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>A server as the builder was given it: a connection string, or a data source that the caller owns.</summary>
internal sealed record NodeDefinition(string? ConnectionString, NpgsqlDataSource? Owned, NodeRole ExpectedRole, int Weight, string? Name);

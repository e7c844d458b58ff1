using Npgsql;
using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.AdoNet;

/// <summary>Learns what a server knows of its own functions and relations, in one round trip.</summary>
internal static class CatalogReader
{
    /// <exception cref="NpgsqlException">The server is away or refused; trying again later may help.</exception>
    internal static async Task<(List<UserFunction> Functions, List<PrimaryRelation> Relations)> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var functions = new List<UserFunction>();
        var relations = new List<PrimaryRelation>();
        var batch = connection.CreateBatch();
        await using var _ = batch.ConfigureAwait(false);
        batch.Timeout = 0; // whoever calls says how long it may take
        batch.BatchCommands.Add(new(FunctionCatalog.LearnSettingsSql));
        batch.BatchCommands.Add(new(FunctionCatalog.LearnFunctionsSql));
        batch.BatchCommands.Add(new(FunctionCatalog.LearnRelationsSql));
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            functions.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            relations.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)[0]));
        return (functions, relations);
    }
}

using Npgsql;
using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.Tool.Classify;

/// <summary>Learns what a server knows of its own functions and relations.</summary>
internal static class CatalogLoader
{
    internal static async Task<FunctionCatalog> LoadAsync(string? connectionString, CancellationToken cancellation)
    {
        if (connectionString is null)
        {
            return new FunctionCatalog(new ClassificationOptions(), userFunctions: null);
        }

        var dataSource = NpgsqlDataSource.Create(connectionString);
        await using (dataSource.ConfigureAwait(false))
        {
            var functions = new List<UserFunction>();
            var relations = new List<PrimaryRelation>();
            var batch = dataSource.CreateBatch();
            await using (batch.ConfigureAwait(false))
            {
                batch.BatchCommands.Add(new(FunctionCatalog.LearnSettingsSql));
                batch.BatchCommands.Add(new(FunctionCatalog.LearnFunctionsSql));
                batch.BatchCommands.Add(new(FunctionCatalog.LearnRelationsSql));
                var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    await ReadAsync(reader, row => functions.Add(new(row.GetString(0), row.GetString(1), row.GetBoolean(2))), cancellation).ConfigureAwait(false);
                    await ReadAsync(reader, row => relations.Add(new(row.GetString(0), row.GetString(1), row.GetString(2)[0])), cancellation).ConfigureAwait(false);
                }
            }

            return new FunctionCatalog(new ClassificationOptions(), functions, relations);
        }
    }

    /// <summary>Reads the next result.</summary>
    private static async Task ReadAsync(NpgsqlDataReader reader, Action<NpgsqlDataReader> add, CancellationToken cancellation)
    {
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            add(reader);
        }
    }
}

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
            await ReadAsync(dataSource, FunctionCatalog.LearnFunctionsSql, row => functions.Add(new(row.GetString(0), row.GetString(1), row.GetBoolean(2))), cancellation)
                .ConfigureAwait(false);
            await ReadAsync(dataSource, FunctionCatalog.LearnRelationsSql, row => relations.Add(new(row.GetString(0), row.GetString(1), row.GetString(2)[0])), cancellation)
                .ConfigureAwait(false);
            return new FunctionCatalog(new ClassificationOptions(), functions, relations);
        }
    }

    private static async Task ReadAsync(NpgsqlDataSource dataSource, string sql, Action<NpgsqlDataReader> add, CancellationToken cancellation)
    {
        var command = dataSource.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                {
                    add(reader);
                }
            }
        }
    }
}

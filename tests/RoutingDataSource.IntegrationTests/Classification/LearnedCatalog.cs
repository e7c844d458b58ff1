using Npgsql;
using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.IntegrationTests.Classification;

/// <summary>A catalog made by asking a server, as the topology does.</summary>
internal static class LearnedCatalog
{
    internal static async Task<FunctionCatalog> LoadAsync(NpgsqlConnection connection, ClassificationOptions? options = null)
    {
        var functions = new List<UserFunction>();
        var relations = new List<PrimaryRelation>();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(FunctionCatalog.LearnSettingsSql));
        batch.BatchCommands.Add(new(FunctionCatalog.LearnFunctionsSql));
        batch.BatchCommands.Add(new(FunctionCatalog.LearnRelationsSql));
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            functions.Add(new UserFunction(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        }

        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            relations.Add(new PrimaryRelation(reader.GetString(0), reader.GetString(1), reader.GetString(2)[0]));
        }

        return new FunctionCatalog(options ?? new ClassificationOptions(), functions, relations);
    }
}

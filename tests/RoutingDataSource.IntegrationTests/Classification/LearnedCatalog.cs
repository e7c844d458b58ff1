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
        await using (var command = new NpgsqlCommand(FunctionCatalog.LearnFunctionsSql, connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                functions.Add(new UserFunction(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
            }
        }

        var relations = new List<PrimaryRelation>();
        await using (var command = new NpgsqlCommand(FunctionCatalog.LearnRelationsSql, connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                relations.Add(new PrimaryRelation(reader.GetString(0), reader.GetString(1), reader.GetString(2)[0]));
            }
        }

        return new FunctionCatalog(options ?? new ClassificationOptions(), functions, relations);
    }
}

using Npgsql;
using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.Tool.Common;

/// <summary>Learns what a server knows of its own functions and relations, beside what the options say.</summary>
internal static class CatalogReader
{
    internal static async Task<FunctionCatalog> ReadAsync(NpgsqlConnection connection, ClassificationOptions options, CancellationToken cancellationToken)
    {
        var functions = new List<UserFunction>();
        var relations = new List<PrimaryRelation>();
        await ReadAsync(connection, FunctionCatalog.LearnFunctionsSql, row => functions.Add(new(row.GetString(0), row.GetString(1), row.GetBoolean(2))), cancellationToken)
            .ConfigureAwait(false);
        await ReadAsync(connection, FunctionCatalog.LearnRelationsSql, row => relations.Add(new(row.GetString(0), row.GetString(1), row.GetString(2)[0])), cancellationToken)
            .ConfigureAwait(false);
        return new(options, functions, relations);
    }

    private static async Task ReadAsync(NpgsqlConnection connection, string sql, Action<NpgsqlDataReader> add, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    add(reader);
            }
        }
    }
}

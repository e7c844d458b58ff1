using System.Text;
using Npgsql;
using ReplicaRouting.Classification;

namespace ReplicaRouting.AdoNet;

/// <summary>Asks a replica to plan a text without running it.</summary>
/// <remarks>Finds what the planner refuses, such as unlogged relations that were made since the catalog was read. What only shows when a statement
/// runs, such as a write inside a function that is declared stable, EXPLAIN cannot find.</remarks>
internal static class ShadowExplain
{
    private const string Name = "routing_shadow";

    /// <summary>The text as PREPARE takes it: Npgsql's named placeholders become numbers, as Npgsql would send them.</summary>
    /// <returns><see langword="null"/> when the text is more than one statement.</returns>
    public static string? ToPrepare(string text)
    {
        var lexer = new SqlLexer(text, standardConformingStrings: true);
        var prepared = new StringBuilder(text.Length);
        var names = new List<string>();
        var end = 0;
        for (var kind = lexer.Next(); kind != TokenKind.End; kind = lexer.Next())
        {
            if (kind is TokenKind.Unterminated or TokenKind.Ambiguous)
                return null;
            if (kind == TokenKind.Semicolon)
                return lexer.Next() == TokenKind.End ? prepared.ToString() : null;
            var start = kind == TokenKind.Placeholder ? lexer.Start - 1 : lexer.Start; // its sign is not part of the token
            prepared.Append(text, end, start - end);
            end = lexer.End;
            if (kind != TokenKind.Placeholder)
            {
                prepared.Append(text, lexer.Start, lexer.Length);
                continue;
            }

            var name = text[lexer.Start..lexer.End];
            if (!names.Contains(name))
                names.Add(name);
            prepared.Append('$').Append(names.IndexOf(name) + 1);
        }

        return prepared.ToString();
    }

    /// <summary>Plans a statement on a node, on a connection of its own.</summary>
    /// <returns>The refusal; <see langword="null"/> when it would run there.</returns>
    /// <exception cref="NpgsqlException">The node could not be asked, or the statement cannot be planned for another reason.</exception>
    public static async Task<PostgresException?> RunAsync(Node node, string statement)
    {
        var connection = await node.ProbeSource.OpenConnectionAsync().ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        // All in one transaction, which a pooler keeps on one server connection.
        await RunAsync(connection, "BEGIN READ ONLY").ConfigureAwait(false);
        try
        {
            // A plan for any parameters, because there are none.
            await RunAsync(connection, "SET LOCAL plan_cache_mode = force_generic_plan").ConfigureAwait(false);
            await RunAsync(connection, $"PREPARE {Name} AS {statement}").ConfigureAwait(false);
            await RunAsync(connection, "SAVEPOINT prepared").ConfigureAwait(false);
            try
            {
                var count = await RunAsync(
                    connection, $"SELECT coalesce(cardinality(parameter_types), 0) FROM pg_catalog.pg_prepared_statements WHERE name = '{Name}'").ConfigureAwait(false);
                var parameters = count is int and > 0 ? $"({string.Join(", ", Enumerable.Repeat("NULL", (int)count))})" : "";
                await RunAsync(connection, $"EXPLAIN EXECUTE {Name}{parameters}").ConfigureAwait(false);
                return null;
            }
            finally
            {
                await RunAsync(connection, "ROLLBACK TO SAVEPOINT prepared").ConfigureAwait(false);
                await RunAsync(connection, $"DEALLOCATE {Name}").ConfigureAwait(false);
            }
        }
        catch (PostgresException error) when (Failure.IsRefusal(error))
        {
            return error;
        }
        finally
        {
            await RunAsync(connection, "ROLLBACK").ConfigureAwait(false);
        }
    }

    private static async Task<object?> RunAsync(NpgsqlConnection connection, string sql)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using (command.ConfigureAwait(false))
            return await command.ExecuteScalarAsync().ConfigureAwait(false);
    }
}

using System.CommandLine;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Classification;
using ReplicaRouting.Tool.Common;
using ReplicaRouting.Tool.Workload;

namespace ReplicaRouting.Tool.Classify;

/// <summary><c>routing classify</c>: says of each statement where it would go, and why.</summary>
internal static class ClassifyCommand
{
    private const string Description = """
        Says of each statement whether a replica may answer it, and which token decided.

        Examples:
          routing classify "SELECT * FROM orders FOR UPDATE"
          routing classify queries.sql
          cat queries.sql | routing classify
          routing classify --connection "Host=db1;Database=shop;Username=app" "SELECT order_total(5)"
          cat statements.jsonl | routing classify --jsonl      (lines of {"sql": "…"}, answered line by line)

        Every line of --jsonl is answered by one line, in the same order. A line that is not such an object goes to the primary with the reason
        MalformedInput. The exit code is 0 whatever the answers are; 2 when the input or the database cannot be read.

        Without --connection only built-in functions are known; every other function sends its statement to the primary.
        """;

    internal static Command Create()
    {
        var sql = new Argument<string[]>("sql")
        {
            Description = "SQL text, or the name of a file of statements. Without any, standard input is read.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var jsonl = new Option<bool>("--jsonl") { Description = "Read lines of {\"sql\": \"…\"} from standard input and answer each with one line of JSON." };
        var connection = new Option<string?>("--connection") { HelpName = "string", Description = "Learn the functions, operators, views and sequences of this database first." };
        var command = new Command("classify", Description);
        command.Add(sql);
        command.Add(jsonl);
        command.Add(connection);
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(
            "classify", () => RunAsync(result.GetValue(sql) ?? [], result.GetValue(jsonl), result.GetValue(connection), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(string[] arguments, bool jsonl, string? connection, CancellationToken cancellation)
    {
        if (jsonl && arguments.Length > 0)
            throw new UserErrorException("--jsonl reads standard input: leave the SQL argument out.");
        if (Array.Find(arguments, argument => argument.StartsWith('-') && !argument.AsSpan().ContainsAny(" \t\r\n;")) is { } option)
            throw new UserErrorException($"unknown option {option}: see routing classify --help.");

        var catalog = await LoadAsync(connection, cancellation).ConfigureAwait(false);
        if (jsonl)
        {
            await JsonLines.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput(), catalog, cancellation).ConfigureAwait(false);
            return ExitCode.Fine;
        }

        var texts = new List<string>();
        foreach (var argument in arguments)
        {
            if (File.Exists(argument))
                texts.AddRange(await SqlFiles.ReadStatementsAsync(argument, cancellation).ConfigureAwait(false));
            else if (IsPath(argument))
                throw new UserErrorException($"{argument} is not a file that is there: give a statement or a file of statements; routing workload reads folders.");
            else
                texts.Add(argument);
        }

        if (arguments.Length == 0)
            texts.AddRange(StatementSplitter.Split(await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false)));
        if (texts.Count == 0)
            throw new UserErrorException("no SQL given: pass a statement, a file, or statements on standard input.");
        ClassificationTable.Write(texts, catalog);
        return ExitCode.Fine;
    }

    // A path is no statement, not even a wrong one.
    private static bool IsPath(string argument) =>
        Directory.Exists(argument) || (argument.EndsWith(".sql", StringComparison.OrdinalIgnoreCase) && !argument.AsSpan().ContainsAny(" \t\r\n;"));

    private static async Task<FunctionCatalog> LoadAsync(string? connectionString, CancellationToken cancellation)
    {
        if (connectionString is null)
            return new FunctionCatalog(new ClassificationOptions(), userFunctions: null);
        var connection = await Server.OpenPrimaryAsync(Server.Parse(connectionString), cancellation).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var (functions, relations) = await CatalogReader.ReadAsync(connection, cancellation).ConfigureAwait(false);
            return new FunctionCatalog(new ClassificationOptions(), functions, relations);
        }
    }
}

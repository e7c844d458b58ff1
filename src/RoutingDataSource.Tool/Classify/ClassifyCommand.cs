using System.CommandLine;
using Npgsql;

namespace ReplicaRouting.Tool.Classify;

/// <summary><c>routing classify</c>: says of each statement where it would go, and why.</summary>
internal static class ClassifyCommand
{
    /// <summary>The exit code for what the user can put right.</summary>
    internal const int UserError = 2;

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
        var connection = new Option<string?>("--connection") { Description = "Learn the functions, operators, views and sequences of this database first." };
        var command = new Command("classify", Description);
        command.Add(sql);
        command.Add(jsonl);
        command.Add(connection);
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(sql) ?? [], result.GetValue(jsonl), result.GetValue(connection), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] arguments, bool jsonl, string? connection, CancellationToken cancellation)
    {
        try
        {
            if (jsonl && arguments.Length > 0)
            {
                return Fail("--jsonl reads standard input: leave the SQL argument out.");
            }

            if (Array.Find(arguments, argument => argument.StartsWith('-') && !argument.AsSpan().ContainsAny(" \t\r\n;")) is { } option)
            {
                return Fail($"unknown option {option}: see routing classify --help.");
            }

            var catalog = await CatalogLoader.LoadAsync(connection, cancellation).ConfigureAwait(false);
            if (jsonl)
            {
                await JsonLines.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput(), catalog, cancellation).ConfigureAwait(false);
                return 0;
            }

            var texts = new List<string>();
            foreach (var argument in arguments)
            {
                texts.AddRange(File.Exists(argument)
                    ? StatementSplitter.Split(await File.ReadAllTextAsync(argument, cancellation).ConfigureAwait(false))
                    : [argument]);
            }

            if (arguments.Length == 0)
            {
                texts.AddRange(StatementSplitter.Split(await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false)));
            }

            if (texts.Count == 0)
            {
                return Fail("no SQL given: pass a statement, a file, or statements on standard input.");
            }

            ClassificationTable.Write(texts, catalog);
            return 0;
        }
        catch (IOException exception)
        {
            return Fail($"cannot read the statements: {exception.Message}");
        }
        catch (UnauthorizedAccessException exception)
        {
            return Fail($"cannot read the statements: {exception.Message}");
        }
        catch (PostgresException exception)
        {
            return Fail($"the server refused ({exception.SqlState}: {exception.MessageText}). Check --connection, or leave it out.");
        }
        catch (NpgsqlException exception)
        {
            return Fail($"cannot reach the server: {FirstLine(exception)}. Check --connection, or leave it out to use built-in functions only.");
        }
        catch (ArgumentException)
        {
            // Not the message: it may quote a part of the connection string.
            return Fail("--connection is not a valid Npgsql connection string, such as \"Host=db1;Database=shop;Username=app\".");
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            return Fail($"cannot reach the server: {FirstLine(exception)}. Check the host in --connection.");
        }
        catch (TimeoutException)
        {
            return Fail("the server did not answer in time. Check the host in --connection.");
        }
    }

    private static string FirstLine(Exception exception) =>
        (exception.InnerException?.Message ?? exception.Message).Split('\n')[0].TrimEnd('.', '\r');

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"routing classify: {message}");
        return UserError;
    }
}

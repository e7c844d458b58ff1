using System.CommandLine;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Classification;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tool.Workload;

/// <summary><c>routing workload</c>: which part of what an application does could go to replicas.</summary>
internal static class WorkloadCommand
{
    private const int DefaultLimit = 20;

    private const string Description = $"""
        Says which share of the calls, time and rows of a workload could go to replicas: from pg_stat_statements, a server log, or files of SQL.
        Statements that go there, or could with a change, come first, by the time they take.

        Examples:
          routing workload --connection "Host=db1;Database=shop;Username=app"                (the extension pg_stat_statements)
          routing workload postgresql.csv --connection "Host=db1;Database=shop;Username=app" (a log; functions are looked up)
          routing workload queries/ --json                                                   (a folder of .sql files)
          routing workload --connection "…" --read-only-function order_total                 (what would an option bring?)

        A log needs log_statement = 'all' or log_min_duration_statement = 0; csvlog, jsonlog and text with the default prefix are read. It tells what
        ran in transactions, which pg_stat_statements does not.

        {ExitCode.Help}
        """;

    internal static Command Create()
    {
        var path = new Argument<string?>("path")
        {
            Description = "A server log, a .sql file, or a folder of .sql files. Without it, pg_stat_statements is read.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var connection = ConnectionOption.Create();
        var readOnly = new Option<string[]>("--read-only-function") { HelpName = "name", Description = "As if it stood in ReadOnlyFunctions; may be given several times." };
        var write = new Option<string[]>("--write-function") { HelpName = "name", Description = "As if it stood in WriteFunctions; may be given several times." };
        var tables = new Option<string[]>("--primary-table") { HelpName = "name", Description = "As if it stood in PrimaryTables; may be given several times." };
        var limit = new Option<int>("--limit") { HelpName = "number", Description = "How many statements to list.", DefaultValueFactory = _ => DefaultLimit };
        var json = new Option<bool>("--json") { Description = "All statements, for programs." };
        var command = new Command("workload", Description) { path, connection, readOnly, write, tables, limit, json };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync("workload", async () =>
        {
            if (result.GetValue(limit) < 1)
                throw new UserErrorException("--limit must be at least 1.");
            var options = new ClassificationOptions
            {
                ReadOnlyFunctions = result.GetValue(readOnly) ?? [],
                WriteFunctions = result.GetValue(write) ?? [],
                PrimaryTables = result.GetValue(tables) ?? [],
            };
            if (options.ReadOnlyFunctions.Concat(options.WriteFunctions).Concat(options.PrimaryTables).FirstOrDefault(name => !QualifiedName.IsWellFormed(name)) is { } wrong)
                throw new UserErrorException($"'{wrong}' is no name of a function or table: give name, schema.name or schema.*, without arguments.");
            var report = await ReadAsync(result.GetValue(path), result.GetValue(connection), options, cancellation).ConfigureAwait(false);
            if (!result.GetValue(json))
                WorkloadView.WriteTable(report, result.GetValue(limit));
            else
                WorkloadView.WriteJson(report, Console.OpenStandardOutput());
            return ExitCode.Fine;
        }));
        return command;
    }

    private static async Task<WorkloadReport> ReadAsync(string? path, string? connectionString, ClassificationOptions options, CancellationToken cancellationToken)
    {
        if (path is ['-', ..])
            throw new UserErrorException($"unknown option {path}: see routing workload --help.");
        if (path is not null && !Path.Exists(path))
            throw new UserErrorException($"{path} does not exist: give a server log, a .sql file or a folder of .sql files.");
        var database = connectionString is null ? null : new NpgsqlConnectionStringBuilder(Server.Parse(connectionString)[0].ConnectionString).Database;
        var source = path is null ? null
            : Directory.Exists(path) || path.EndsWith(".sql", StringComparison.OrdinalIgnoreCase)
                ? await SqlFiles.ReadAsync(path, cancellationToken).ConfigureAwait(false)
            : await Screen.WithProgressAsync($"Reading {path}", progress => LogWorkload.ReadAsync(path, database, progress, cancellationToken))
                .ConfigureAwait(false);
        if (source is not null && connectionString is null)
            return WorkloadReport.Create(source, new FunctionCatalog(options, userFunctions: null));

        return await Screen.WhileAsync("Asking the server", async () =>
        {
            var connection = await Server.OpenPrimaryAsync(Server.Parse(connectionString), cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                source ??= await PgStatStatements.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
                var (functions, relations) = await CatalogReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
                return WorkloadReport.Create(source, new FunctionCatalog(options, functions, relations));
            }
        }).ConfigureAwait(false);
    }
}

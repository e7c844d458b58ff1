using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReplicaRouting.Tool.Common;
using ReplicaRouting.Tool.Status;
using Spectre.Console;

namespace ReplicaRouting.Tool.Check;

/// <summary><c>routing check</c>: whether an application could route over these servers, before it tries.</summary>
internal static class CheckCommand
{
    private const string Description = $"""
        Checks what routing needs: that each server answers and takes the credentials, that all are one cluster with one primary, that extensions,
        collations and settings are alike, what the role may do, clocks, and whether a pooler is in front. Each finding says what to do.

        Examples:
          routing check --connection "Host=db1,db2,db3;Database=shop;Username=app"
          PGPASSWORD=… routing check --connection "…" --json

        Use the connection string of the application, so that its role and its way to the servers are what is checked. Problems make the exit code 1;
        warnings and notes do not.

        {ExitCode.Help}
        """;

    private static readonly JsonWriterOptions _json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static Command Create()
    {
        var connection = ConnectionOption.Create();
        var json = new Option<bool>("--json") { Description = "For programs." };
        var command = new Command("check", Description) { connection, json };
        command.SetAction((result, cancellation) => CommandRunner.RunAsync(
            "check", () => RunAsync(Server.Parse(result.GetValue(connection)), result.GetValue(json), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(List<Server> servers, bool json, CancellationToken cancellationToken)
    {
        var reader = new FactReader(TimeProvider.System);
        var facts = await Screen.WhileAsync(
            "Asking the servers", () => Task.WhenAll(servers.Select(server => reader.ReadAsync(server, cancellationToken)))).ConfigureAwait(false);
        StatusReader.ThrowIfNobodyAnswers([.. facts.Select(each => each.Status)]);
        var findings = Diagnosis.Find(facts);
        if (json)
            WriteJson(findings);
        else
            WriteTable(findings);
        return findings.Exists(finding => finding.Level == FindingLevel.Problem) ? ExitCode.Problem : ExitCode.Fine;
    }

    private static void WriteTable(List<Finding> findings)
    {
        var table = Screen.NewTable("", "Node", "Found", "What to do");
        table.Columns[0].NoWrap();
        foreach (var alike in findings.GroupBy(finding => (finding.Level, finding.What, finding.Advice)))
        {
            var mark = alike.Key.Level switch
            {
                FindingLevel.Fine => "[green]fine[/]",
                FindingLevel.Note => "[blue]note[/]",
                FindingLevel.Warning => "[yellow]warning[/]",
                _ => "[red]problem[/]",
            };
            table.AddRow(
                new Markup(mark), new Text(string.Join(", ", alike.Select(finding => finding.Node ?? "all"))), new Text(alike.Key.What), new Text(alike.Key.Advice ?? ""));
        }

        Screen.Output.Write(table);
    }

    private static void WriteJson(List<Finding> findings)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, _json))
        {
            json.WriteStartArray();
            foreach (var finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("level", JsonNamingPolicy.CamelCase.ConvertName(finding.Level.ToString()));
                json.WriteString("node", finding.Node);
                json.WriteString("found", finding.What);
                json.WriteString("whatToDo", finding.Advice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        output.WriteByte((byte)'\n');
    }
}

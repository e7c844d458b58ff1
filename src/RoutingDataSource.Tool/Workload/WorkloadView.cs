using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReplicaRouting.Tool.Common;
using Spectre.Console;

namespace ReplicaRouting.Tool.Workload;

/// <summary>Shows a report to people and to programs.</summary>
internal static class WorkloadView
{
    private static readonly JsonWriterOptions _indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static void WriteTable(WorkloadReport report, int limit)
    {
        Screen.Output.WriteLine($"{report.Source.Name}: {Number(report.Statements.Count)} {(report.Statements.Count == 1 ? "statement" : "statements")}");
        Screen.Output.WriteLine($"Could go to replicas: {Describe("calls", report.Calls)}{Also("time", report.Milliseconds)}{Also("rows", report.Rows)}");
        foreach (var note in report.Source.Notes)
            Screen.Output.WriteLine($"Note: {note}");

        var table = Screen.NewTable("Route", "Reason", "Calls", "Time", "Rows", "Statement", "Advice");
        foreach (var column in table.Columns.Skip(2).Take(3))
            column.RightAligned();
        table.Columns[0].NoWrap();
        table.Columns[1].NoWrap();
        foreach (var each in report.Statements.Take(limit))
        {
            table.AddRow(
                new Markup(each.Moves ? "[green]replica[/]" : "[yellow]primary[/]"),
                new Text(each.Moves || each.Token.Length == 0 || each.Reason is RouteReason.InTransaction or RouteReason.SessionPinned
                    ? each.Reason.ToString()
                    : $"{each.Reason} ({Screen.Shorten(each.Token, 30)})"),
                new Text(Number(each.Entry.Calls)),
                new Text(each.Entry.Milliseconds is { } time ? Time(time) : ""),
                new Text(each.Entry.Rows is { } rows ? Number(rows) : ""),
                new Text(Screen.Shorten(SqlLine.Of(each.Entry.Text), 90)),
                new Text(each.Advice ?? ""));
        }

        Screen.Output.Write(table);
        if (report.Statements.Count > limit)
            Screen.Output.WriteLine($"{Number(report.Statements.Count - limit)} more: see them with --limit {report.Statements.Count.ToString(CultureInfo.InvariantCulture)} or --json");
    }

    internal static void WriteJson(WorkloadReport report, Stream output)
    {
        using var json = new Utf8JsonWriter(output, _indented);
        json.WriteStartObject();
        json.WriteString("source", report.Source.Name);
        Share(json, "calls", report.Calls);
        Share(json, "timeMs", report.Milliseconds);
        Share(json, "rows", report.Rows);
        json.WriteStartArray("notes");
        foreach (var note in report.Source.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartArray("statements");
        foreach (var each in report.Statements)
        {
            json.WriteStartObject();
            json.WriteString("route", each.Moves ? "replica" : "primary");
            json.WriteString("reason", each.Reason.ToString());
            json.WriteString("token", each.Token);
            json.WriteNumber("calls", each.Entry.Calls);
            Optional(json, "timeMs", each.Entry.Milliseconds);
            Optional(json, "rows", each.Entry.Rows);
            json.WriteString("sql", each.Entry.Text);
            json.WriteString("advice", each.Advice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void Share(Utf8JsonWriter json, string name, (double Moves, double Total)? share)
    {
        if (share is not var (moves, total))
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("total", total);
        json.WriteNumber("replicas", moves);
        json.WriteNumber("share", total > 0 ? moves / total : 0);
        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    private static string Describe(string what, (double Moves, double Total) share) =>
        $"{Screen.Percent(share.Total > 0 ? share.Moves / share.Total : 0)} of {what}";

    private static string Also(string what, (double Moves, double Total)? share) => share is { } known ? $", {Describe(what, known)}" : "";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(double milliseconds) => milliseconds switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.0} ms"),
        < 600_000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 60_000:N0} min"),
    };
}

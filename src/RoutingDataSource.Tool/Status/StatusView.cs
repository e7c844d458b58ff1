using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ReplicaRouting.Tool.Common;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ReplicaRouting.Tool.Status;

/// <summary>Shows the state of a cluster to people and to programs.</summary>
internal static class StatusView
{
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] _settings =
        ["hot_standby_feedback", "max_standby_streaming_delay", "synchronous_commit", "wal_level"];

    internal static IRenderable Create(ClusterStatus status)
    {
        var table = Screen.NewTable("Node", "Role", "Lag", "WAL behind", "Position", "Timeline", "PostgreSQL");
        foreach (var column in table.Columns.Skip(1))
            column.NoWrap();
        foreach (var server in status.Servers)
        {
            table.AddRow(
                new Text(server.Name),
                new Markup(server.Failure is not null ? "[red]unreachable[/]" : server.IsInRecovery ? "[green]replica[/]" : "[yellow]primary[/]"),
                Cell(status.LagTime(server) is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag.TotalSeconds:0.0} s") : null),
                Cell(status.LagBytes(server) is { } bytes ? $"{bytes.ToString("N0", CultureInfo.InvariantCulture)} B" : null),
                Cell(server.Position?.ToString()),
                Cell(server.Timeline?.ToString(CultureInfo.InvariantCulture)),
                Cell(server.Version));
        }

        return new Rows([table, CreateSettings(status), .. status.Problems.Select(problem => new Markup($"[red]Problem:[/] {Markup.Escape(problem)}"))]);

        static Text Cell(string? text) => new(text ?? "");
    }

    // One line for each value, so that it fits a terminal, and that what differs is seen.
    private static Table CreateSettings(ClusterStatus status)
    {
        var table = Screen.NewTable("Setting", "Value", "Nodes");
        table.Columns[0].NoWrap();
        var answered = status.Servers.Where(server => server.Failure is null).ToList();
        Add("system identifier", server => server.SystemIdentifier);
        foreach (var setting in _settings)
            Add(setting, server => server.Settings.GetValueOrDefault(setting, ""));
        return table;

        void Add(string name, Func<ServerStatus, string> read)
        {
            var values = answered.GroupBy(read).ToList();
            foreach (var value in values)
            {
                table.AddRow(
                    new Text(name),
                    new Text(value.Key),
                    new Text(values.Count == 1 ? answered.Count == 1 ? answered[0].Name : "all" : string.Join(", ", value.Select(server => server.Name))));
            }
        }
    }

    internal static void WriteJson(ClusterStatus status, Stream output)
    {
        using var json = new Utf8JsonWriter(output, _json);
        json.WriteStartObject();
        json.WriteString("primary", status.Primary?.Name);
        json.WriteStartArray("nodes");
        foreach (var server in status.Servers)
        {
            json.WriteStartObject();
            json.WriteString("name", server.Name);
            json.WriteString("role", server.Role);
            json.WriteString("failure", server.Failure);
            if (server.Failure is null)
            {
                json.WriteString("position", server.Position?.ToString());
                Optional("lagSeconds", status.LagTime(server)?.TotalSeconds);
                Optional("lagBytes", status.LagBytes(server));
                Optional("timeline", server.Timeline);
                json.WriteString("systemIdentifier", server.SystemIdentifier);
                json.WriteString("version", server.Version);
                json.WriteStartObject("settings");
                foreach (var (name, value) in server.Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal))
                    json.WriteString(name, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (var problem in status.Problems)
            json.WriteStringValue(problem);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');

        void Optional(string name, double? value)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
            else
                json.WriteNull(name);
        }
    }
}

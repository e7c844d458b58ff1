using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ReplicaRouting.Tool.Workload;

/// <summary>Reads the LOG messages of a server log in any of PostgreSQL's three forms: csvlog, jsonlog, or text (stderr) with a prefix.</summary>
internal static partial class LogReader
{
    // Columns of csvlog (PostgreSQL manual, "Using CSV-Format Log Output").
    private const int DatabaseColumn = 2, SessionColumn = 5, SeverityColumn = 11, MessageColumn = 13, LeastColumns = 23;

    internal static IEnumerable<LogEntry> Read(TextReader reader)
    {
        var first = reader.ReadLine();
        while (first is { Length: 0 })
            first = reader.ReadLine();
        return first switch
        {
            null => [],
            ['{', ..] => ReadJson(first, reader),
            _ when IsCsv(first) => ReadCsv(first, reader),
            _ => ReadText(first, reader),
        };
    }

    // A record begins with a time, and its third and second columns are quoted or empty.
    private static bool IsCsv(string line) => CsvStart().IsMatch(line);

    private static IEnumerable<LogEntry> ReadCsv(string first, TextReader reader)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var line = first; line is not null; line = reader.ReadLine())
        {
            fields.Clear();
            var quoted = false;
            while (true)
            {
                quoted = Split(line, quoted, fields, field);
                if (!quoted || reader.ReadLine() is not { } next)
                    break;
                field.Append('\n');
                line = next;
            }

            fields.Add(field.ToString());
            field.Clear();
            if (fields.Count >= LeastColumns && fields[SeverityColumn] == "LOG")
                yield return new(fields[SessionColumn], NullIfEmpty(fields[DatabaseColumn]), fields[MessageColumn]);
        }
    }

    // Whether the line ends inside of quotes; what stands in front of that is in the list and in the unfinished field.
    private static bool Split(string line, bool quoted, List<string> fields, StringBuilder field)
    {
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        return quoted;
    }

    private static IEnumerable<LogEntry> ReadJson(string first, TextReader reader)
    {
        for (var line = first; line is not null; line = reader.ReadLine())
        {
            if (ParseJson(line) is { } entry)
                yield return entry;
        }
    }

    private static LogEntry? ParseJson(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return Text(json, "error_severity") == "LOG" && Text(json, "message") is { } message
                ? new(Text(json, "session_id"), Text(json, "dbname"), message)
                : null;
        }
        catch (JsonException)
        {
            return null; // the last line of a log that is being written
        }
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // A message goes on in lines that begin with a tab.
    private static IEnumerable<LogEntry> ReadText(string first, TextReader reader)
    {
        LogEntry? open = null;
        var message = new StringBuilder();
        for (var line = first; line is not null; line = reader.ReadLine())
        {
            if (line.StartsWith('\t'))
            {
                message.Append('\n').Append(line, 1, line.Length - 1);
                continue;
            }

            if (open is { } whole)
                yield return whole with { Message = message.ToString() };
            message.Clear();
            open = null;
            var start = line.IndexOf("LOG:  ", StringComparison.Ordinal);
            if (start < 0)
                continue;
            var session = ProcessId().Match(line[..start]);
            open = new(session.Success ? session.Groups[1].Value : null, null, "");
            message.Append(line, start + 6, line.Length - start - 6);
        }

        if (open is { } last)
            yield return last with { Message = message.ToString() };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d [\d:.]+ [^,""]*,(""|,)")]
    private static partial Regex CsvStart();

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex ProcessId();
}

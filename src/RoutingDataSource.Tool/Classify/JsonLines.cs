using System.Globalization;
using System.Text;
using System.Text.Json;
using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Classify;

/// <summary>The answer for programs: one line of JSON for each line of JSON, in the same order.</summary>
internal static class JsonLines
{
    internal static async Task RunAsync(Stream input, Stream output, FunctionCatalog catalog, CancellationToken cancellation)
    {
        using var reader = new StreamReader(input, leaveOpen: true);
        var buffered = new BufferedStream(output, 64 * 1024);
        await using (buffered.ConfigureAwait(false))
        {
            using var writer = new Utf8JsonWriter(buffered, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            while (await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
            {
                Answer(line, writer, catalog);
                writer.Flush();
                writer.Reset();
                buffered.WriteByte((byte)'\n');
            }

            await buffered.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static void Answer(string line, Utf8JsonWriter writer, FunctionCatalog catalog)
    {
        var sql = ReadSql(line);
        if (sql is null)
        {
            Write(writer, isRead: false, "MalformedInput", "", SessionEffect.None);
            return;
        }

        var result = StatementClassifier.Classify(sql, catalog);
        Write(writer, result.IsReadOnly, result.Reason.ToString(), result.Token(sql), result.SessionEffect);
    }

    private static void Write(Utf8JsonWriter writer, bool isRead, string reason, ReadOnlySpan<char> token, SessionEffect effect)
    {
        writer.WriteStartObject();
        writer.WriteString("route"u8, isRead ? "replica"u8 : "primary"u8);
        writer.WriteString("reason"u8, reason);
        writer.WriteString("token"u8, token);
        writer.WriteString("sessionEffect"u8, effect.ToString());
        writer.WriteEndObject();
    }

    private static string? ReadSql(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("sql"u8, out var sql)
                && sql.ValueKind == JsonValueKind.String
                ? Text(sql)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(JsonElement sql)
    {
        try
        {
            return sql.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(sql.GetRawText().AsSpan()[1..^1]); // holds half of a surrogate pair, which the classifier has a reason for
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            switch (raw[++i])
            {
                case 'u':
                    text.Append((char)ushort.Parse(raw.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 4;
                    break;
                case var c:
                    text.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => c });
                    break;
            }
        }

        return text.ToString();
    }
}

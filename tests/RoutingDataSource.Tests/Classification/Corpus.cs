using System.Text.Json;

namespace ReplicaRouting.Tests.Classification;

internal static class Corpus
{
    internal static readonly string[] Statements =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "corpus", "corpus.jsonl")).Select(static line =>
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("sql").GetString()!;
        }),
    ];
}

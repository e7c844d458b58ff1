using System.Text.Json;

namespace ReplicaRouting.IntegrationTests.Classification;

/// <summary>One line of tests/corpus/corpus.jsonl.</summary>
/// <param name="Sql">The text.</param>
/// <param name="Silent">Whether a standby accepts it although it must run on the primary.</param>
public sealed record CorpusStatement(string Sql, bool Silent)
{
    public static IReadOnlyList<CorpusStatement> ReadAll() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "corpus", "corpus.jsonl")).Select(Parse)];

    private static CorpusStatement Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        return new CorpusStatement(
            json.RootElement.GetProperty("sql").GetString()!,
            json.RootElement.TryGetProperty("silent", out var silent) && silent.GetBoolean());
    }
}

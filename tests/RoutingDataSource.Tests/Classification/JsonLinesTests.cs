using System.Text;
using System.Text.Json;
using ReplicaRouting.Tool.Classify;

namespace ReplicaRouting.Tests.Classification;

public sealed class JsonLinesTests
{
    [Theory]
    [InlineData("{\"sql\": \"SELECT 1\"}", "replica", "ProvenRead", "", "None")]
    [InlineData("{\"sql\": \"SET a = 1\", \"more\": [1]}", "primary", "SessionState", "SET", "LeavesState")]
    [InlineData("{\"sql\": \"\"}", "primary", "Empty", "", "None")]
    [InlineData("{\"sql\": \"SELECT '\\u0000'\"}", "primary", "Unterminated", "'\0'", "None")]
    [InlineData("{\"sql\": \"SELECT '\\ud800\\n'\"}", "primary", "Unterminated", "\uFFFD", "None")]
    [InlineData("{\"sql\": \"SELECT '\\ud83d\\ude00'\"}", "replica", "ProvenRead", "", "None")]
    [InlineData("{\"sql\": 5}", "primary", "MalformedInput", "", "None")]
    [InlineData("{\"text\": \"SELECT 1\"}", "primary", "MalformedInput", "", "None")]
    [InlineData("[\"SELECT 1\"]", "primary", "MalformedInput", "", "None")]
    [InlineData("SELECT 1", "primary", "MalformedInput", "", "None")]
    [InlineData("{\"sql\": \"SELECT 1\"", "primary", "MalformedInput", "", "None")]
    [InlineData("", "primary", "MalformedInput", "", "None")]
    public async Task Run_ALine_IsAnsweredByALine(string line, string route, string reason, string token, string effect)
    {
        var answers = await AnswerAsync($"{{\"sql\": \"SELECT 2\"}}\n{line}\r\n{{\"sql\": \"DELETE FROM t\"}}");
        Assert.Equal(["replica", route, "primary"], answers.Select(answer => answer.GetProperty("route").GetString()));
        Assert.Equal(["ProvenRead", reason, "Write"], answers.Select(answer => answer.GetProperty("reason").GetString()));
        Assert.Equal((token, effect), (answers[1].GetProperty("token").GetString(), answers[1].GetProperty("sessionEffect").GetString()));
    }

    [Fact]
    public async Task Run_ManyLines_KeepTheirOrder()
    {
        var answers = await AnswerAsync(string.Join('\n', Enumerable.Range(0, 10_000).Select(i => $"{{\"sql\": \"{(i % 3 == 0 ? "TRUNCATE" : "SELECT * FROM")} t{i}\"}}")) + "\n");
        Assert.Equal(10_000, answers.Count);
        Assert.All(answers.Select((answer, i) => (Route: answer.GetProperty("route").GetString(), i)), answer => Assert.Equal(answer.i % 3 == 0 ? "primary" : "replica", answer.Route));
    }

    private static async Task<List<JsonElement>> AnswerAsync(string input)
    {
        using var output = new MemoryStream();
        await JsonLines.RunAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), output, Catalogs.BuiltIn, CancellationToken.None);
        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');
        Assert.Equal("", lines[^1]);
        return [.. lines[..^1].Select(line => JsonDocument.Parse(line).RootElement)];
    }
}

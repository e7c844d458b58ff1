using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The README's sample is compiled and run as it stands there, but for the addresses; its output must be what its comments say.</summary>
[Collection(Alone.Name)]
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Sample_CompiledAndRun_PrintsWhatItsCommentsSay()
    {
        var sample = Assert.Single(Pages.Marked("README.md", $"sample: {nameof(ReadmeTests)}.{nameof(Sample_CompiledAndRun_PrintsWhatItsCommentsSay)}"));
        await using var cluster = await Shop.StartAsync();

        var printed = await Sample.RunAsync(Shop.WithAddresses(sample, cluster));

        var expected = Shop.Expected(sample);
        Assert.Equal(3, expected.Count);
        Assert.Equal(expected.Count, printed.Length);
        // Which of the two replicas takes the first read is not promised.
        Assert.Matches("^replica db[23] \\(ProvenRead\\)$", printed[0]);
        Assert.Matches("^replica db[23] \\(ProvenRead\\)$", expected[0]);
        Assert.Equal(expected[1], printed[1]);
        Assert.StartsWith($"{printed[2]}:", expected[2], StringComparison.Ordinal);
    }

    [Fact]
    public void WebSample_Compiles() => Sample.Compile(
        "using Microsoft.AspNetCore.Builder; using Microsoft.Extensions.DependencyInjection; using ReplicaRouting; using ReplicaRouting.AspNetCore;\n" +
        "public static class Part { public static void Run(WebApplicationBuilder builder, string connectionString) { " +
        Assert.Single(Pages.Marked("README.md", $"sample: {nameof(ReadmeTests)}.{nameof(WebSample_Compiles)}")) + " } }",
        OutputKind.DynamicallyLinkedLibrary);

    [Fact]
    public void Options_InTheTable_AreThoseThatExist()
    {
        var listed = OptionRow().Matches(Readme()).SelectMany(row => OptionName().Matches(row.Groups["names"].Value)).Select(name => name.Groups["name"].Value).ToList();
        var existing = typeof(RoutingOptions).GetProperties().Select(property => property.Name).ToList();
        // explained in another option's row
        listed.Add(nameof(RoutingOptions.BeyondFallbackLimit));
        Assert.Equal(existing.Order(), listed.Order());
    }

    [GeneratedRegex(@"^\| (?<names>`[A-Z]\w+`(, `[A-Z]\w+`)*) \|.*\|.*\|$", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"`(?<name>\w+)`")]
    private static partial Regex OptionName();

    private static string Readme() => File.ReadAllText(Path.Combine(Sample.Root, "README.md"));
}

using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The README's sample is compiled and run as it stands there, but for the addresses; its output must be what its comments say.</summary>
[Collection(Alone.Name)]
public sealed partial class ReadmeTests
{
    private const string ImplicitUsings = "global using System; global using System.Linq; global using System.Threading.Tasks;";

    [Fact]
    public async Task Sample_CompiledAndRun_PrintsWhatItsCommentsSay()
    {
        var sample = Assert.Single(Samples());
        await using var cluster = await TestPostgres.StartAsync(configure: options => options.Database = "shop");
        await cluster.Primary.ExecuteAsync("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL)");
        await cluster.WaitForReplayAsync();

        var printed = await RunAsync(WithAddresses(sample, cluster));

        var expected = Expectation().Matches(sample).Select(match => match.Groups["comment"].Value).ToList();
        Assert.Equal(3, expected.Count);
        Assert.Equal(expected.Count, printed.Length);
        // Which of the two replicas takes the first read is not promised.
        Assert.Matches("^replica db[23] \\(ProvenRead\\)$", printed[0]);
        Assert.Matches("^replica db[23] \\(ProvenRead\\)$", expected[0]);
        Assert.Equal(expected[1], printed[1]);
        Assert.StartsWith($"{printed[2]}:", expected[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Links_ToFilesOfTheRepository_LeadSomewhere()
    {
        var links = LocalLink().Matches(Readme()).Select(match => match.Groups["path"].Value).ToList();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Root, link)), $"README.md links to {link}, which does not exist"));
    }

    [Fact]
    public void Options_InTheTable_AreThoseThatExist()
    {
        var listed = OptionRow().Matches(Readme()).SelectMany(row => OptionName().Matches(row.Groups["names"].Value)).Select(name => name.Groups["name"].Value).ToList();
        var existing = typeof(RoutingOptions).GetProperties().Select(property => property.Name).ToList();
        // explained in another option's row
        listed.Add(nameof(RoutingOptions.BeyondFallbackLimit));
        Assert.Equal(existing.Order(), listed.Order());
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"Console\.WriteLine\(.*\);\s*// (?<comment>.*)$", RegexOptions.Multiline)]
    private static partial Regex Expectation();

    [GeneratedRegex(@"""Host=db(?<number>\d);[^""]*""")]
    private static partial Regex Address();

    [GeneratedRegex(@"\]\((?<path>(?!https?:)[^)#]+)")]
    private static partial Regex LocalLink();

    [GeneratedRegex(@"^\| (?<names>`[A-Z]\w+`(, `[A-Z]\w+`)*) \|.*\|.*\|$", RegexOptions.Multiline)]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"`(?<name>\w+)`")]
    private static partial Regex OptionName();

    private static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "RoutingDataSource.sln")))
                folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder above the tests holds RoutingDataSource.sln.");
            return folder;
        }
    }

    private static string Readme() => File.ReadAllText(Path.Combine(Root, "README.md"));

    private static IEnumerable<string> Samples() => CodeBlock().Matches(Readme()).Select(match => match.Groups["code"].Value);

    private static string WithAddresses(string sample, PostgresCluster cluster) => Address().Replace(sample, match =>
    {
        var node = cluster.Nodes[match.Groups["number"].Value[0] - '1'];
        return SymbolDisplay.FormatLiteral(node.ConnectionString, quote: true);
    });

    private static async Task<string[]> RunAsync(string code)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            "ReadmeSample",
            [CSharpSyntaxTree.ParseText(code, options), CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            references,
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(
            result.Success && !compilation.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning),
            string.Join('\n', compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)));

        // The compiler's entry point blocks; the method behind it is the asynchronous one.
        var main = Assembly.Load(image.ToArray()).EntryPoint!.DeclaringType!.GetMethod("<Main>$", BindingFlags.Static | BindingFlags.NonPublic)!;
        var console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            await (Task)main.Invoke(null, [Array.Empty<string>()])!;
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}

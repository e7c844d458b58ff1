using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>C# that stands in the documentation, compiled as a reader would.</summary>
internal static class Sample
{
    private const string ImplicitUsings =
        "global using System; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    public static string Root
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "RoutingDataSource.sln")))
                folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder above the tests holds RoutingDataSource.sln.");
            return folder;
        }
    }

    /// <summary>Compiles without a warning, or fails with what the compiler says.</summary>
    public static Assembly Compile(string code, OutputKind kind)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(code, options), CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            references,
            new(kind, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(
            result.Success && !compilation.GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning),
            string.Join('\n', compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)));
        return Assembly.Load(image.ToArray());
    }

    /// <summary>Runs top-level statements.</summary>
    /// <returns>The lines that they printed.</returns>
    public static Task<string[]> RunAsync(string code)
    {
        // The compiler's entry point blocks; the method behind it is the asynchronous one.
        var program = Compile(code, OutputKind.ConsoleApplication).EntryPoint!.DeclaringType!;
        return PrintedByAsync(() => (Task)program.GetMethod("<Main>$", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [Array.Empty<string>()])!);
    }

    /// <summary>Runs statements that use a <c>dataSource</c>.</summary>
    /// <returns>The lines that they printed.</returns>
    public static Task<string[]> RunAsync(string statements, RoutingDataSource dataSource)
    {
        var code = $"using Npgsql; using ReplicaRouting; public static class Part {{ public static async Task RunAsync(RoutingDataSource dataSource) {{ {statements} }} }}";
        var part = Compile(code, OutputKind.DynamicallyLinkedLibrary).GetType("Part")!;
        return PrintedByAsync(() => (Task)part.GetMethod("RunAsync")!.Invoke(null, [dataSource])!);
    }

    public static async Task<string[]> PrintedByAsync(Func<Task> run)
    {
        var console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            await run();
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ReplicaRouting.Tests.House;

/// <summary>The library's source as the compiler sees it, so that a name stands for what it means and not for how it is spelt.</summary>
internal sealed class LibrarySource
{
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);
    private static readonly Lazy<LibrarySource> Instance = new(Read);

    private LibrarySource(CSharpCompilation compilation) => Compilation = compilation;

    /// <summary>The source of the clone, read once.</summary>
    public static LibrarySource Current => Instance.Value;

    public CSharpCompilation Compilation { get; }

    /// <summary>The library's own files; paths are relative to its folder.</summary>
    public IEnumerable<SyntaxTree> Files => Compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0);

    /// <summary>What the tests run with, as references.</summary>
    public static IEnumerable<MetadataReference> References =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != "RoutingDataSource.dll")
            .Select(path => MetadataReference.CreateFromFile(path));

    /// <summary>The same source with one more file.</summary>
    public LibrarySource With(string path, string code) =>
        new(Compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(code, Options, path)));

    /// <summary>The folder directly below the library's that a file stands in; empty for a file that stands in none.</summary>
    public static string RoomOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : "";

    private static LibrarySource Read()
    {
        var trees = Repository.SourceFiles(Repository.Library).Select(file => CSharpSyntaxTree.ParseText(
            File.ReadAllText(file), Options, Path.GetRelativePath(Repository.Library, file).Replace(Path.DirectorySeparatorChar, '/')));
        return new(CSharpCompilation.Create(
            "House",
            trees.Append(CSharpSyntaxTree.ParseText(ImplicitUsings, Options)),
            References,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)));
    }
}

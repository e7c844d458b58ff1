using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.Extensions.Logging;
using ReplicaRouting.Diagnostics;

namespace ReplicaRouting.Tests.House;

/// <summary>What every file and every public type looks like.</summary>
public sealed partial class ShapeTests
{
    private const int MostLines = 400;

    // Its short name is another library's, which would be ambiguous where both namespaces are used.
    private static readonly string[] OwnNamespace = ["ReplicaRouting.Compatibility.NpgsqlConnection"];

    private static readonly Lazy<List<(string File, INamedTypeSymbol Symbol)>> TopLevelTypes = new(() =>
    [
        .. from file in LibrarySource.Current.Files
           let model = LibrarySource.Current.Compilation.GetSemanticModel(file)
           from type in file.GetRoot().DescendantNodes(node => node is not BaseTypeDeclarationSyntax).OfType<BaseTypeDeclarationSyntax>()
           select (file.FilePath, model.GetDeclaredSymbol(type)!),
    ]);

    public static TheoryData<string> Rooms => [.. LibrarySource.Current.Files.Select(file => LibrarySource.RoomOf(file.FilePath)).Distinct()];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Types_OfARoom_LiveInItsNamespaceOrArePublicInTheCommonOne(string room)
    {
        var publicNamespace = room == "DependencyInjection" ? "Microsoft.Extensions.DependencyInjection" : "ReplicaRouting";
        Assert.Empty(
            from type in TopLevelTypes.Value
            where LibrarySource.RoomOf(type.File) == room
            let name = type.Symbol.ContainingNamespace.ToDisplayString()
            where type.Symbol.DeclaredAccessibility == Accessibility.Public
                ? name != publicNamespace && !OwnNamespace.Contains(type.Symbol.ToDisplayString())
                : name != $"ReplicaRouting.{room}" && !name.StartsWith($"ReplicaRouting.{room}.", StringComparison.Ordinal)
            select $"{type.File}: {type.Symbol.Name} is in {name}");
    }

    [Fact]
    public void PublicTypes_EachFile_DeclaresAtMostOne()
    {
        var types = TopLevelTypes.Value.Where(type => type.Symbol.DeclaredAccessibility == Accessibility.Public).ToList();
        Assert.NotEmpty(types);
        Assert.Empty(
            from file in types.GroupBy(type => type.File, type => type.Symbol.Name)
            where file.Distinct().Count() > 1
            select $"{file.Key}: {string.Join(", ", file)}");
    }

    [Fact]
    public void PublicTypes_ExceptTheConnection_AreSealedOrStatic() => Assert.Equal(
        [typeof(RoutingConnection)],
        typeof(RoutingDataSource).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsSealed: false }));

    [Fact]
    public void SourceFiles_ExceptTables_AreNotLongerThanTheLimit() => Assert.Empty(
        from file in LongFiles()
        select $"{file.Path} has {file.Lines} lines: make two of it");

    [Fact]
    public void LogMessages_EventIds_AreUnique()
    {
        var ids = EventIds();
        Assert.NotEmpty(ids);
        Assert.Empty(ids.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void LogMessages_EventIds_AreInTheHundredsOfARoom() => Assert.All(EventIds(), id => Assert.InRange(id, 2000, 9999));

    [GeneratedRegex(@"(Functions|Table|Keywords?)\.cs$")]
    private static partial Regex TableName();

    private static IEnumerable<(string Path, int Lines)> LongFiles() =>
        from file in Repository.SourceFiles(Path.Combine(Repository.Root, "src"))
        let path = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Replace(Path.DirectorySeparatorChar, '/')
        let lines = File.ReadLines(file).Count()
        where lines > MostLines && !TableName().IsMatch(path)
        select (path, lines);

    private static List<int> EventIds() =>
    [
        .. typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>(),
    ];
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ReplicaRouting.Tests.House;

/// <summary>Who may know whom: a room sees what stands below it, and nothing else.</summary>
public sealed class DirectionTests
{
    private static readonly Dictionary<string, string[]> Sees = new()
    {
        ["Model"] = [],
        ["Classification"] = ["Model"],
        ["Selection"] = ["Model"],
        ["Consistency"] = ["Model"],
        ["Diagnostics"] = ["Model"],
        ["Topology"] = ["Model", "Diagnostics"],
        ["AdoNet"] = ["Model", "Classification", "Selection", "Consistency", "Diagnostics", "Topology"],
        ["DependencyInjection"] = ["Model", "Selection", "Diagnostics", "AdoNet"],
    };

    private static readonly Lazy<List<(string File, int Line, string Room, string Other, string Type)>> OwnUses = new(() => [.. Uses(LibrarySource.Current)]);

    [Fact]
    public void Rooms_WhatTheyName_StandsBelowThem() => Assert.Empty(Violations(OwnUses.Value));

    [Fact]
    public void Rooms_WhatTheyName_IsResolved()
    {
        // A house in which nothing resolves would pass every test of its directions.
        var uses = OwnUses.Value;
        Assert.Contains(uses, use => use is { Room: "AdoNet", Other: "Topology" });
        Assert.Contains(uses, use => use is { Room: "Selection", Other: "Model" });
        Assert.Contains(uses, use => use is { Room: "Topology", Other: "Diagnostics" });
    }

    [Fact]
    public void Rooms_EachFolder_IsKnown()
    {
        var folders = LibrarySource.Current.Files.Select(file => LibrarySource.RoomOf(file.FilePath)).Distinct();
        Assert.Empty(folders.Except(Sees.Keys));
    }

    [Theory]
    [InlineData("Model", "AdoNet", "internal sealed class Guest { public static object Peek() => typeof(ReplicaRouting.RoutingConnection); }")]
    [InlineData("Selection", "Topology", "internal sealed class Guest { private readonly PrimaryHistory _history = new(); }")]
    [InlineData("Classification", "Consistency", "internal sealed class Guest { public static bool Peek() => RoutingSession.Current is null; }")]
    [InlineData("Topology", "AdoNet", "internal sealed class Guest { public static object Peek(ReplicaRouting.RoutingDataSource s) => s.CreateConnection(); }")]
    [InlineData("Consistency", "Selection", "internal sealed class Guest : IRoutingRule { public RuleDecision Decide(in RuleContext c) => default; }")]
    public void Violations_RoomNamesOneThatItMustNotSee_NamesFileLineAndRoom(string room, string forbidden, string code)
    {
        var source = LibrarySource.Current.With($"{room}/Guest.cs", $"using ReplicaRouting.{forbidden};\nnamespace ReplicaRouting.{room};\n\n{code}");
        var violations = Violations(Uses(source, "Guest.cs"));
        Assert.NotEmpty(violations);
        Assert.All(violations, each => Assert.StartsWith($"{room}/Guest.cs:4: {room} must not see {forbidden} (", each, StringComparison.Ordinal));
    }

    [Fact]
    public void Violations_NameOnlyInCommentOrString_IsNone()
    {
        var source = LibrarySource.Current.With(
            "Model/Guest.cs", "namespace ReplicaRouting.Model;\n\n// RoutingConnection\ninternal sealed class Guest { public string RoutingCommand => \"RoutingBatch\"; }");
        Assert.Empty(Violations(Uses(source, "Guest.cs")));
    }

    private static List<string> Violations(IEnumerable<(string File, int Line, string Room, string Other, string Type)> uses) =>
    [
        .. from use in uses
           where use.Other != use.Room && !(Sees.TryGetValue(use.Room, out var seen) && seen.Contains(use.Other))
           select $"{use.File}:{use.Line}: {use.Room} must not see {use.Other} ({use.Type})",
    ];

    private static IEnumerable<(string File, int Line, string Room, string Other, string Type)> Uses(LibrarySource source, string suffix = ".cs")
    {
        foreach (var file in source.Files.Where(file => file.FilePath.EndsWith(suffix, StringComparison.Ordinal)))
        {
            var model = source.Compilation.GetSemanticModel(file);
            foreach (var name in file.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (model.GetSymbolInfo(name).Symbol is not { } symbol)
                    continue;
                var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
                if (type?.DeclaringSyntaxReferences.FirstOrDefault() is not { } declaration)
                    continue;
                yield return (
                    file.FilePath, name.GetLocation().GetLineSpan().StartLinePosition.Line + 1,
                    LibrarySource.RoomOf(file.FilePath), LibrarySource.RoomOf(declaration.SyntaxTree.FilePath), type.Name);
            }
        }
    }
}

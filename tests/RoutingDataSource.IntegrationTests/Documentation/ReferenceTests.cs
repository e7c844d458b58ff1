using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>Lists in the pages that are made from doc comments: <c>ROUTING_ACCEPT_DOCS=1</c> makes them anew.</summary>
public sealed partial class ReferenceTests
{
    [Fact]
    public void Options_OfTheReference_AreWhatTheirCommentsSay() => Check("docs/configuration.md", "options", "AdoNet/RoutingOptions.cs", members =>
        from member in members.OfType<PropertyDeclarationSyntax>()
        where member.Modifiers.Any(SyntaxKind.PublicKeyword)
        select (member.Identifier.Text, (MemberDeclarationSyntax)member));

    [Fact]
    public void Reasons_OfTheReference_AreWhatTheirCommentsSay() => Check("docs/classification.md", "reasons", "Model/RouteReason.cs", members =>
        from member in members.OfType<EnumMemberDeclarationSyntax>()
        select (member.Identifier.Text, (MemberDeclarationSyntax)member));

    private static void Check(string page, string list, string source, Func<IEnumerable<SyntaxNode>, IEnumerable<(string Name, MemberDeclarationSyntax Member)>> select)
    {
        var first = $"<!-- {list}: made from the doc comments of {source}; see ReferenceTests -->\n";
        var path = Path.Combine(Sample.Root, page);
        var text = File.ReadAllText(path);
        var (begin, end) = (text.IndexOf(first, StringComparison.Ordinal) + first.Length, text.IndexOf($"<!-- end of {list} -->", StringComparison.Ordinal));
        Assert.True(begin >= first.Length && end > begin, $"{page} has no place for the {list}");
        var nodes = CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Sample.Root, "src", "RoutingDataSource", source))).GetRoot().DescendantNodes();
        var reference = string.Concat(select(nodes).Select(each => Describe(each.Name, each.Member)));
        if (Environment.GetEnvironmentVariable("ROUTING_ACCEPT_DOCS") == "1")
            File.WriteAllText(path, string.Concat(text.AsSpan(0, begin), reference, text.AsSpan(end)));
        else
            Assert.Equal(reference, text[begin..end]);
    }

    private static string Describe(string name, MemberDeclarationSyntax member)
    {
        var comment = string.Concat(member.GetLeadingTrivia().ToFullString().Split('\n').Select(line => line.Trim().TrimStart('/').Trim() + "\n"));
        var xml = XElement.Parse($"<doc>{comment}</doc>");
        var value = xml.Element("value") is { } said ? $" {Text(said)}" : "";
        return $"- **`{name}`**: {Gets().Replace(Text(xml.Element("summary")!), "")}{value}\n";
    }

    private static string Text(XElement element) => Blanks().Replace(
        string.Concat(element.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "see" } see => $"`{((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword"))!.Split('(')[0]}`",
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement other => Text(other),
            _ => node.ToString(),
        })),
        " ").Trim();

    [GeneratedRegex("^Gets (or sets )?")]
    private static partial Regex Gets();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The reference of the options in docs/configuration.md is made from their doc comments: <c>ROUTING_ACCEPT_DOCS=1</c> makes it anew.</summary>
public sealed partial class OptionsReferenceTests
{
    private const string Begin = "<!-- options: made from the doc comments of RoutingOptions; see OptionsReferenceTests -->\n";
    private const string End = "<!-- end of options -->";

    [Fact]
    public void Reference_OfTheOptions_IsWhatTheirCommentsSay()
    {
        var page = Path.Combine(Sample.Root, "docs", "configuration.md");
        var text = File.ReadAllText(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(begin >= Begin.Length && end > begin, "docs/configuration.md has no place for the options");
        var reference = Make();
        if (Environment.GetEnvironmentVariable("ROUTING_ACCEPT_DOCS") == "1")
            File.WriteAllText(page, string.Concat(text.AsSpan(0, begin), reference, text.AsSpan(end)));
        else
            Assert.Equal(reference, text[begin..end]);
    }

    private static string Make()
    {
        var source = File.ReadAllText(Path.Combine(Sample.Root, "src", "RoutingDataSource", "AdoNet", "RoutingOptions.cs"));
        var properties = CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes().OfType<PropertyDeclarationSyntax>()
            .Where(property => property.Modifiers.Any(SyntaxKind.PublicKeyword));
        return string.Concat(properties.Select(property =>
        {
            var comment = string.Concat(property.GetLeadingTrivia().ToFullString().Split('\n').Select(line => line.Trim().TrimStart('/').Trim() + "\n"));
            var xml = XElement.Parse($"<doc>{comment}</doc>");
            var value = xml.Element("value") is { } said ? $" {Text(said)}" : "";
            return $"- **`{property.Identifier.Text}`**: {Gets().Replace(Text(xml.Element("summary")!), "")}{value}\n";
        }));
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

using ReplicaRouting.Classification;
using ReplicaRouting.Tool.Common;
using Spectre.Console;

namespace ReplicaRouting.Tool.Classify;

/// <summary>The answer for people.</summary>
internal static class ClassificationTable
{
    private const int LongestToken = 40;
    private const int LongestStatement = 90;

    internal static void Write(IReadOnlyList<string> texts, FunctionCatalog catalog)
    {
        var table = Screen.NewTable("Route", "Reason", "Token", "Session effect", "Statement");
        foreach (var text in texts)
        {
            var result = StatementClassifier.Classify(text, catalog);
            table.AddRow(
                new Markup(result.IsReadOnly ? "[green]replica[/]" : "[yellow]primary[/]"),
                new Text(result.Reason.ToString()),
                new Text(Screen.Shorten(result.Token(text).ToString(), LongestToken)),
                new Text(result.SessionEffect == SessionEffect.None ? "" : result.SessionEffect.ToString()),
                new Text(Screen.Shorten(SqlLine.Of(text), LongestStatement)));
        }

        Screen.Output.Write(table);
    }
}

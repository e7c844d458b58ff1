using ReplicaRouting.Classification;
using Spectre.Console;

namespace ReplicaRouting.Tool.Classify;

/// <summary>The answer for people.</summary>
internal static class ClassificationTable
{
    internal static void Write(IReadOnlyList<string> texts, FunctionCatalog catalog)
    {
        // Into a pipe: no colours, and no lines cut at 80 columns.
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
            AnsiConsole.Profile.Width = 200;
        }

        var table = new Table().Border(Console.IsOutputRedirected ? TableBorder.Ascii : TableBorder.Rounded);
        table.AddColumn("Route");
        table.AddColumn("Reason");
        table.AddColumn("Token");
        table.AddColumn("Session effect");
        table.AddColumn("Statement");
        foreach (var text in texts)
        {
            var result = StatementClassifier.Classify(text, catalog);
            table.AddRow(
                new Markup(result.IsReadOnly ? "[green]replica[/]" : "[yellow]primary[/]"),
                new Text(result.Reason.ToString()),
                new Text(OneLine(result.Token(text).ToString(), 40)),
                new Text(result.SessionEffect == SessionEffect.None ? "" : result.SessionEffect.ToString()),
                new Text(OneLine(text, 90)));
        }

        AnsiConsole.Write(table);
    }

    private static string OneLine(string text, int length)
    {
        text = string.Join(' ', text.Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
    }
}

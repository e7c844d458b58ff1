using System.Globalization;
using Spectre.Console;

namespace ReplicaRouting.Tool.Common;

/// <summary>Standard output for answers, standard error for progress. Into a pipe: no colours, no lines cut at 80 columns, no progress.</summary>
internal static class Screen
{
    private const int PipeWidth = 400;

    private static readonly Lazy<IAnsiConsole> _output = new(() => Create(Console.Out, Console.IsOutputRedirected));
    private static readonly Lazy<IAnsiConsole> _error = new(() => Create(Console.Error, Console.IsErrorRedirected));

    internal static IAnsiConsole Output => _output.Value;

    internal static bool IsPipe => Console.IsOutputRedirected;

    internal static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(IsPipe ? TableBorder.Ascii : TableBorder.Rounded);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        return table;
    }

    internal static TableColumn RightAligned(this TableColumn column) => column.Alignment(Justify.Right).NoWrap();

    /// <summary>Cuts a text to one line of a width.</summary>
    internal static string Shorten(string text, int length)
    {
        text = CommandRunner.OneLine(text);
        return text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
    }

    internal static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);

    /// <summary>Shows that something is going on while it is.</summary>
    internal static async Task<T> WhileAsync<T>(string what, Func<Task<T>> work)
    {
        if (Console.IsErrorRedirected)
            return await work().ConfigureAwait(false);
        return await _error.Value.Status().StartAsync(Markup.Escape(what), _ => work()).ConfigureAwait(false);
    }

    /// <summary>Shows how much of something of known size is done.</summary>
    /// <param name="what">What is done.</param>
    /// <param name="work">Reports parts of 1.</param>
    internal static async Task<T> WithProgressAsync<T>(string what, Func<Action<double>, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
            return await work(_ => { }).ConfigureAwait(false);
        return await _error.Value.Progress().AutoClear(true).StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: 1);
            return await work(done => task.Value = done).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private static IAnsiConsole Create(TextWriter writer, bool isPipe)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPipe ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPipe ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        if (isPipe)
            console.Profile.Width = PipeWidth;
        return console;
    }
}

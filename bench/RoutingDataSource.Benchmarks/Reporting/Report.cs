using System.Globalization;
using System.Text;
using ReplicaRouting.Benchmarks.Measuring;

namespace ReplicaRouting.Benchmarks.Reporting;

/// <summary>Collects what a run found: prints it as it comes, and writes it to <c>bench/results</c> at the end.</summary>
/// <param name="part">The name of the run.</param>
/// <param name="folder">Where to write; <see langword="null"/> to write nothing.</param>
internal sealed class Report(string part, string? folder)
{
    private readonly StringBuilder _body = new();
    private readonly List<(string Name, Estimate Value, Goal? Goal)> _ratios = [];
    private readonly List<(string Name, string Svg)> _plots = [];
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private readonly double? _load = Machine.Load();

    /// <summary>The ratios so far.</summary>
    public IReadOnlyList<(string Name, Estimate Value, Goal? Goal)> Ratios => _ratios;

    public void Heading(string text)
    {
        _body.Append(CultureInfo.InvariantCulture, $"## {text}\n\n");
        Console.WriteLine($"\n{text}");
    }

    public void Text(string text)
    {
        _body.Append(text).Append("\n\n");
        Console.WriteLine(text);
    }

    /// <summary>Adds a table; the first column is text, the others are figures.</summary>
    public void Table(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        _body.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", header)} |\n|---|{string.Concat(Enumerable.Repeat("---:|", header.Count - 1))}\n");
        foreach (var row in rows)
            _body.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |\n");
        _body.Append('\n');

        var widths = header.Select((title, column) => Math.Max(title.Length, rows.Select(row => row[column].Length).DefaultIfEmpty().Max())).ToArray();
        foreach (var row in rows.Prepend(header))
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))));
    }

    /// <summary>Adds a line that scripts read: <c>ratio name value</c>.</summary>
    public void Ratio(string name, Estimate value, Goal? goal = null)
    {
        _ratios.Add((name, value, goal));
        Console.WriteLine(Line(name, value));
    }

    /// <summary>Adds a picture, shown where it is added.</summary>
    /// <param name="name">For its file.</param>
    /// <param name="title">What it shows, for those who do not see it.</param>
    /// <param name="svg">The picture.</param>
    public void Plot(string name, string title, string svg)
    {
        var file = $"{Prefix}-{name}.svg";
        _plots.Add((file, svg));
        _body.Append(CultureInfo.InvariantCulture, $"![{title}]({file})\n\n");
    }

    /// <summary>Writes the file and the pictures.</summary>
    /// <param name="versions">Names and versions of what was measured.</param>
    /// <param name="notes">What a reader must know to read the figures.</param>
    public void Write(IEnumerable<string> versions, IEnumerable<string> notes)
    {
        if (folder is null)
            return;
        var took = TimeProvider.System.GetUtcNow() - _started;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {_started:yyyy-MM-dd}: `./bench.sh {part}`\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Machine.Describe()}; {string.Join(", ", versions)}. All on the same machine. Started {_started:HH:mm} UTC, took {took.TotalMinutes:0.0} min, load average before it {_load?.ToString("0.0", CultureInfo.InvariantCulture) ?? "unknown"}.\n\n");
        foreach (var note in notes)
            text.Append(CultureInfo.InvariantCulture, $"- {note}\n");
        text.Append("\n## Ratios\n\n| Ratio | Value (95 % confidence) | Goal | Reached |\n|---|---:|---:|---|\n");
        foreach (var (name, value, goal) in _ratios)
            text.Append(CultureInfo.InvariantCulture, $"| {name} | {value} | {goal} | {(goal is not { } bound ? "" : bound.IsReachedBy(value.Value) ? "yes" : "**no**")} |\n");
        text.Append('\n').Append(_body);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{Prefix}.md");
        File.WriteAllText(path, text.ToString().TrimEnd() + "\n");
        foreach (var (name, svg) in _plots)
            File.WriteAllText(Path.Combine(folder, name), svg);
        Console.Error.WriteLine($"Written to {path}");
    }

    /// <summary>Prints the ratios again, together.</summary>
    public void Summarize()
    {
        Console.WriteLine();
        foreach (var (name, value, goal) in _ratios)
            Console.WriteLine($"{Line(name, value)}{(goal is { } bound ? $" (goal {bound}{(bound.IsReachedBy(value.Value) ? "" : ", NOT REACHED")})" : "")}");
    }

    private string Prefix => string.Create(CultureInfo.InvariantCulture, $"{_started:yyyy-MM-dd}-{part}");

    private static string Line(string name, Estimate value) => string.Create(CultureInfo.InvariantCulture, $"ratio {name} {value.Value:0.0000}");
}

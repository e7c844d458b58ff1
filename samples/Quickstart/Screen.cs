using System.Diagnostics;

namespace ReplicaRouting.Quickstart;

/// <summary>Plain aligned text, at most 110 columns wide; coloured in a terminal unless NO_COLOR is set.</summary>
internal sealed class Screen(TextWriter output)
{
    private readonly bool _isColoured = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private long _actStarted = Stopwatch.GetTimestamp();
    private int _act;

    /// <summary>Begins an act.</summary>
    public void Act(string title)
    {
        _actStarted = Stopwatch.GetTimestamp();
        output.WriteLine();
        output.WriteLine(Paint("1", $"{++_act}. {title}"));
    }

    public void Line(string text = "") => output.WriteLine(text);

    /// <summary>Writes what an act has shown, with the time since its beginning.</summary>
    public void Result(string text) =>
        output.WriteLine($"   {Paint("32", "ok")}  {text} {Paint("2", $"[{Stopwatch.GetElapsedTime(_actStarted).TotalSeconds:0.0} s]")}");

    public void Note(string text) => output.WriteLine($"       {text}");

    /// <summary>Writes a table; the columns are as wide as their widest cell, those of <paramref name="numeric"/> are aligned to the right.</summary>
    public void Table(string[] headings, IReadOnlyCollection<string[]> rows, params int[] numeric)
    {
        var widths = headings.Select((heading, i) => rows.Select(row => row[i].Length).Append(heading.Length).Max()).ToArray();
        output.WriteLine("   " + Paint("2", Join(headings)));
        foreach (var row in rows)
        {
            var line = Join(row);
            output.WriteLine("   " + (row.Any(cell => cell.StartsWith("replica", StringComparison.Ordinal)) ? Paint("36", line) : line));
        }

        string Join(string[] cells) => string.Join("  ", cells.Select((cell, i) =>
            numeric.Contains(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
    }

    private string Paint(string code, string text) => _isColoured ? $"\e[{code}m{text}\e[0m" : text;
}

using ReplicaRouting.Benchmarks.Measuring;

namespace ReplicaRouting.Benchmarks.Reporting;

/// <summary>Draws lines with their confidence bands as SVG, in colours that can be read on white and on black.</summary>
internal static class LineChart
{
    private const int Left = 90;
    private const int Right = 150;
    private const int Top = 50;
    private const int Bottom = 56;
    private const int Width = 760;
    private const int Height = 400;

    public static string Draw(Axes axes, IReadOnlyList<Series> series)
    {
        var points = series.SelectMany(each => each.Points).ToList();
        var x = new Scale(points.Min(point => point.X), points.Max(point => point.X), Left, Width - Right, axes.IsLogX);
        var top = points.Max(point => double.IsNaN(point.Y.High) ? point.Y.Value : point.Y.High);
        var y = axes.IsLogY
            ? new Scale(Math.Pow(10, Math.Floor(Math.Log10(points.Min(point => point.Y.Value)))), Math.Pow(10, Math.Ceiling(Math.Log10(top))), Height - Bottom, Top, true)
            : new Scale(0, Svg.NiceCeiling(top), Height - Bottom, Top, false);
        var svg = Svg.Begin(Width, Height, axes.Title);
        foreach (var tick in y.Ticks())
            svg.Line(Left, y.At(tick), Width - Right, y.At(tick), "grid").Text(Left - 8, y.At(tick) + 4, Svg.Number(tick), "tick", "end");
        foreach (var tick in points.Select(point => point.X).Distinct())
            svg.Line(x.At(tick), Height - Bottom, x.At(tick), Height - Bottom + 5, "axis").Text(x.At(tick), Height - Bottom + 20, Svg.Number(tick), "tick", "middle");
        svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis").Line(Left, Top, Left, Height - Bottom, "axis");
        svg.Text((Left + Width - Right) / 2.0, Height - 14, axes.X + (axes.IsLogX ? " (logarithmic)" : ""), "label", "middle");
        svg.VerticalText(20, (Top + Height - Bottom) / 2.0, axes.Y + (axes.IsLogY ? " (logarithmic)" : ""), "label");
        for (var i = 0; i < series.Count; i++)
        {
            var each = series[i];
            var path = string.Join(' ', each.Points.Select((point, index) => Svg.Format($"{(index == 0 ? 'M' : 'L')}{x.At(point.X):0.0},{y.At(point.Y.Value):0.0}")));
            svg.Path(path, $"line c{i}");
            foreach (var point in each.Points)
            {
                if (!double.IsNaN(point.Y.Low))
                    svg.Line(x.At(point.X), y.At(point.Y.Low), x.At(point.X), y.At(point.Y.High), $"whisker c{i}");
                svg.Dot(x.At(point.X), y.At(point.Y.Value), $"dot d{i}");
            }

            svg.Line(Width - Right + 14, Top + 12 + 22 * i, Width - Right + 34, Top + 12 + 22 * i, $"line c{i}").Text(Width - Right + 40, Top + 16 + 22 * i, each.Name, "tick", "start");
        }

        return svg.End();
    }

    /// <summary>What a chart is of.</summary>
    internal sealed record Axes(string Title, string X, string Y, bool IsLogX = false, bool IsLogY = false);

    /// <summary>One line.</summary>
    internal sealed record Series(string Name, IReadOnlyList<(double X, Estimate Y)> Points)
    {
        /// <summary>A line of medians.</summary>
        public static Series Of(string name, IEnumerable<double> xs, IReadOnlyList<double[]> rounds) =>
            new(name, [.. xs.Select((x, index) => (x, Statistics.EstimateMedian(rounds[index])))]);
    }

    private sealed record Scale(double Low, double High, double From, double To, bool IsLog)
    {
        public double At(double value) => IsLog
            ? From + (To - From) * (High > Low ? Math.Log(value / Low) / Math.Log(High / Low) : 0.5)
            : From + (To - From) * (High > Low ? (value - Low) / (High - Low) : 0.5);

        public IEnumerable<double> Ticks()
        {
            if (IsLog)
            {
                for (var tick = Low; tick <= High * 1.0001; tick *= 10)
                    yield return tick;
            }
            else
            {
                for (var i = 0; i <= 5; i++)
                    yield return Low + (High - Low) * i / 5;
            }
        }
    }
}

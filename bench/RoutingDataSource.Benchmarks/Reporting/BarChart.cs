using ReplicaRouting.Benchmarks.Measuring;

namespace ReplicaRouting.Benchmarks.Reporting;

/// <summary>Draws ratios to a yardstick as horizontal bars with their confidence intervals, as SVG.</summary>
internal static class BarChart
{
    private const int Left = 270;
    private const int Right = 120;
    private const int Row = 30;
    private const int Top = 48;
    private const int Width = 760;

    /// <param name="title">What is shown.</param>
    /// <param name="axis">What the bars mean, with the unit.</param>
    /// <param name="bars">Name, value and how it is drawn: "ours", "other" or "yardstick".</param>
    public static string Draw(string title, string axis, IReadOnlyList<(string Name, Estimate Value, string Kind)> bars)
    {
        var height = Top + bars.Count * Row + 54;
        var most = Svg.NiceCeiling(bars.Max(bar => double.IsNaN(bar.Value.High) ? bar.Value.Value : bar.Value.High));
        var svg = Svg.Begin(Width, height, title);
        var bottom = Top + bars.Count * Row;
        for (var i = 0; i <= 5; i++)
            svg.Line(X(most * i / 5), Top, X(most * i / 5), bottom, "grid").Text(X(most * i / 5), bottom + 18, Svg.Number(most * i / 5), "tick", "middle");
        for (var i = 0; i < bars.Count; i++)
        {
            var (name, value, kind) = bars[i];
            var y = Top + i * Row;
            svg.Text(Left - 10, y + 20, name, "tick", "end").Bar(Left, y + 6, X(value.Value) - Left, Row - 12, kind);
            if (!double.IsNaN(value.Low))
                svg.Line(X(value.Low), y + Row / 2.0, X(value.High), y + Row / 2.0, "ci");
            svg.Text(X(double.IsNaN(value.High) ? value.Value : value.High) + 6, y + 19, Estimate.Format(value.Value), "value", "start");
        }

        svg.Line(X(1), Top - 4, X(1), bottom, "mark").Line(Left, Top, Left, bottom, "axis");
        return svg.Text((Left + Width - Right) / 2.0, height - 12, axis, "label", "middle").End();

        double X(double value) => Left + (Width - Left - Right) * value / most;
    }
}

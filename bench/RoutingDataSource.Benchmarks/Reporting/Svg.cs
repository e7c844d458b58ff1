using System.Globalization;
using System.Net;
using System.Text;

namespace ReplicaRouting.Benchmarks.Reporting;

/// <summary>Writes SVG. Transparent, with text in the reader's colour where the viewer tells it, so that it can be read on white and on black.</summary>
internal sealed class Svg
{
    private const string Style =
        """
        text{font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif;font-size:12px;fill:#767676}
        .title{font-size:15px;font-weight:600}.label{font-size:13px}.value{font-size:11px}
        .grid{stroke:#8884;stroke-width:1}.axis{stroke:#888;stroke-width:1}.mark{stroke:#888;stroke-width:1;stroke-dasharray:4 3}
        .line{fill:none;stroke-width:2}.whisker{stroke-width:1.5;opacity:.7}.ci{stroke:#777;stroke-width:1.5}
        .c0{stroke:#2b7de9}.c1{stroke:#e8710a}.c2{stroke:#1a9850}.d0{fill:#2b7de9}.d1{fill:#e8710a}.d2{fill:#1a9850}
        .other{fill:#8fa3b8}.ours{fill:#2b7de9}.yardstick{fill:#e8a33d}
        @media(prefers-color-scheme:light){text{fill:#333}}
        @media(prefers-color-scheme:dark){text{fill:#ccc}}
        """;

    private readonly StringBuilder _text = new();

    public static Svg Begin(int width, int height, string title)
    {
        var svg = new Svg();
        svg._text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}\">\n<style>{Style}</style>\n");
        return svg.Text(16, 26, title, "title", "start");
    }

    public Svg Text(double x, double y, string text, string kind, string anchor) =>
        Add($"<text class=\"{kind}\" x=\"{x:0.0}\" y=\"{y:0.0}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>");

    public Svg VerticalText(double x, double y, string text, string kind) =>
        Add($"<text class=\"{kind}\" transform=\"translate({x:0.0} {y:0.0}) rotate(-90)\" text-anchor=\"middle\">{WebUtility.HtmlEncode(text)}</text>");

    public Svg Line(double x1, double y1, double x2, double y2, string kind) =>
        Add($"<line class=\"{kind}\" x1=\"{x1:0.0}\" y1=\"{y1:0.0}\" x2=\"{x2:0.0}\" y2=\"{y2:0.0}\"/>");

    public Svg Path(string data, string kind) => Add($"<path class=\"{kind}\" d=\"{data}\"/>");

    public Svg Dot(double x, double y, string kind) => Add($"<circle class=\"{kind}\" cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"3.5\"/>");

    public Svg Bar(double x, double y, double width, double height, string kind) =>
        Add($"<rect class=\"{kind}\" x=\"{x:0.0}\" y=\"{y:0.0}\" width=\"{Math.Max(0, width):0.0}\" height=\"{height:0.0}\" rx=\"2\"/>");

    public string End() => _text.Append("</svg>\n").ToString();

    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A short number for an axis.</summary>
    public static string Number(double value) => value switch
    {
        >= 1_000_000 => (value / 1_000_000).ToString("0.##", CultureInfo.InvariantCulture) + " M",
        >= 1_000 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };

    /// <summary>The next round number that is not below.</summary>
    public static double NiceCeiling(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (var step in new[] { 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10 })
        {
            if (value <= step * power)
                return step * power;
        }

        return value;
    }

    private Svg Add(FormattableString text)
    {
        _text.Append(Format(text)).Append('\n');
        return this;
    }
}

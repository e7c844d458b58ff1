using System.Globalization;
using System.Text;

namespace ReplicaRouting.AspNetCore.Status;

/// <summary>The lag of the replicas over the last minutes as a line each.</summary>
internal static class LagPlot
{
    private const int Styles = 6;
    private const double Width = 600;
    private const double Height = 160;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private static readonly double[] Tops = [0.1, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600];

    public static string Write(RoutingStatistics statistics)
    {
        var lines = statistics.Nodes.Where(node => node.Lag.Any(sample => sample.Lag?.Delay is not null)).ToList();
        var html = new StringBuilder("<figure>\n<figcaption>Lag over the last five minutes</figcaption>\n");
        if (lines.Count == 0)
            return html.Append("<p>Nothing was measured yet.</p>\n</figure>\n").ToString();

        var most = lines.Max(node => node.Lag.Max(sample => sample.Lag?.Delay?.TotalSeconds ?? 0));
        var top = Tops.FirstOrDefault(candidate => candidate >= most, most);
        var described = string.Join("; ", lines.Select(node => $"{node.Node.Name}: now {StatusPage.Duration(node.Lag[^1].Lag?.Delay)}, at most " +
            StatusPage.Duration(TimeSpan.FromSeconds(node.Lag.Max(sample => sample.Lag?.Delay?.TotalSeconds ?? 0)))));
        html.Append("<div class=\"plot\">\n<div class=\"y\" aria-hidden=\"true\"><span>").Append(Label(top)).Append("</span><span>").Append(Label(top / 2)).Append("</span><span>0</span></div>\n")
            .Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{StatusPage.Text(described)}\">\n")
            .Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M0 1H{Width}M0 {Height / 2}H{Width}M0 {Height - 1}H{Width}\"/>\n");
        for (var i = 0; i < lines.Count; i++)
            html.Append(CultureInfo.InvariantCulture, $"<path class=\"line s{i % Styles}\" d=\"{Path(lines[i].Lag, top)}\"/>\n");
        html.Append("</svg>\n<div class=\"x\" aria-hidden=\"true\"><span>5 min ago</span><span>now</span></div>\n</div>\n<ul class=\"legend\">\n");
        for (var i = 0; i < lines.Count; i++)
            html.Append(CultureInfo.InvariantCulture, $"<li><svg viewBox=\"0 0 24 8\" aria-hidden=\"true\"><path class=\"line s{i % Styles}\" d=\"M0 4H24\"/></svg>{StatusPage.Text(lines[i].Node.Name)}</li>\n");
        return html.Append("</ul>\n</figure>\n").ToString();
    }

    private static string Label(double seconds) => StatusPage.Duration(TimeSpan.FromSeconds(seconds));

    // A line is broken where the lag was not known: unknown is not zero.
    private static string Path(IReadOnlyList<LagSample> samples, double top)
    {
        var path = new StringBuilder();
        var isDown = false;
        foreach (var sample in samples)
        {
            if (sample.Lag?.Delay is not { } delay || sample.Age > Window)
            {
                isDown = false;
                continue;
            }

            var x = Width * (1 - (sample.Age / Window));
            var y = Math.Clamp((Height - 2) * (1 - (delay.TotalSeconds / top)), 1, Height - 2);
            path.Append(CultureInfo.InvariantCulture, $"{(isDown ? 'L' : 'M')}{x:0.#} {y:0.#}");
            isDown = true;
        }

        return path.ToString();
    }
}

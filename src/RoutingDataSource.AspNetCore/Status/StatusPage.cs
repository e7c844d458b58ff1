using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace ReplicaRouting.AspNetCore.Status;

/// <summary>The status as one HTML page: a table of nodes, a plot of their lag, and where commands went and why.</summary>
internal sealed class StatusPage(RoutingStatusOptions options, string nonce, bool isLive, string? formField, string? formToken, string path)
{
    private readonly StringBuilder _html = new(16 * 1024);

    private bool MayChange => formToken is not null;

    public string Write(RoutingStatistics statistics, ShadowReport shadow)
    {
        _html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n");
        if (isLive)
            _html.Append(CultureInfo.InvariantCulture, $"<noscript><meta http-equiv=\"refresh\" content=\"{(int)(options.Refresh.TotalSeconds * 5)}\"></noscript>\n");
        _html.Append(CultureInfo.InvariantCulture, $"<title>{Text(options.Title)}</title>\n<style nonce=\"{nonce}\">{StatusAssets.Style}</style>\n</head>\n<body>\n");
        _html.Append(CultureInfo.InvariantCulture, $"<header>\n<h1>{Text(options.Title)}</h1>\n");
        _html.Append(isLive
            ? $"<p><a id=\"pause\" href=\"{Text(path)}?refresh=off\">Stop refreshing</a></p>\n"
            : $"<p><a href=\"{Text(path)}\">Refresh by itself</a></p>\n");
        _html.Append("</header>\n<main id=\"live\">\n");
        WriteSummary(statistics);
        WriteNodes(statistics);
        _html.Append(LagPlot.Write(statistics));
        WriteReasons(statistics);
        WriteShadow(shadow);
        _html.Append("</main>\n");
        _html.Append(CultureInfo.InvariantCulture, $"<footer><p><a href=\"{Text(path)}?format=json\">The same as JSON</a></p></footer>\n");
        if (isLive)
            _html.Append(CultureInfo.InvariantCulture, $"<script nonce=\"{nonce}\">const interval = {(int)options.Refresh.TotalMilliseconds};{StatusAssets.Script}</script>\n");
        return _html.Append("</body>\n</html>\n").ToString();
    }

    internal static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private void WriteSummary(RoutingStatistics statistics)
    {
        var replicas = statistics.Nodes.Count(node => node.Standing != NodeStanding.Primary);
        var serving = statistics.Nodes.Count(node => node.Standing == NodeStanding.ServesReads);
        var (mood, words) = statistics switch
        {
            { Cluster.Primary: null } => ("bad", "No primary: writes fail"),
            { HasReplica: false, Nodes.Count: > 1 } => ("fair", "Reads run on the primary only"),
            _ when serving < replicas => ("fair", $"{serving} of {replicas} replicas serve reads"),
            _ when replicas == 0 => ("good", "The primary answers; there are no replicas"),
            _ => ("good", replicas == 1 ? "The primary answers, and the replica serves reads" : $"The primary answers, and all {replicas} replicas serve reads"),
        };
        var limit = statistics.PrimaryFallbackLimit is { } known ? $" of {known}" : "";
        _html.Append(CultureInfo.InvariantCulture, $"<p class=\"summary {mood}\"><strong>{words}.</strong> Reads on the primary now for want of a replica: {statistics.PrimaryFallbacks}{limit}.</p>\n");
    }

    private void WriteNodes(RoutingStatistics statistics)
    {
        _html.Append("<section class=\"scroll\">\n<table class=\"nodes\">\n<caption>Nodes</caption>\n<thead><tr><th scope=\"col\">Node</th><th scope=\"col\">Role</th><th scope=\"col\">State</th>")
            .Append("<th scope=\"col\" class=\"n\">Weight</th><th scope=\"col\" class=\"n\">Lag</th><th scope=\"col\" class=\"n\">Lag in bytes</th>")
            .Append("<th scope=\"col\" class=\"n\">In use</th><th scope=\"col\" class=\"n\">Reads/s</th><th scope=\"col\" class=\"n\">Commands/s</th>");
        if (MayChange)
            _html.Append("<th scope=\"col\">Change</th>");
        _html.Append("</tr></thead>\n<tbody>\n");
        foreach (var node in statistics.Nodes)
            WriteNode(node);
        _html.Append("</tbody>\n</table>\n</section>\n");
    }

    private void WriteNode(NodeStatistics node)
    {
        var mood = node.Standing switch
        {
            NodeStanding.Primary when node.Node.IsReachable => "good",
            NodeStanding.ServesReads => "good",
            NodeStanding.Primary or NodeStanding.Spare or NodeStanding.Drained or NodeStanding.Lagging or NodeStanding.LagUnknown => "fair",
            _ => "bad",
        };
        _html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Text(node.Node.Name)}</th>");
        Cell("Role", NodeWords.Role(node.Node));
        _html.Append(CultureInfo.InvariantCulture, $"<td data-label=\"State\"><span class=\"dot {mood}\" aria-hidden=\"true\"></span>{Text(NodeWords.Standing(node))}</td>");
        Cell("Weight", Number(node.Node.Weight), "n");
        Cell("Lag", Duration(node.Node.Lag?.Delay), "n");
        Cell("Lag in bytes", Bytes(node.Node.Lag?.Bytes), "n");
        Cell("In use", Number(node.ConnectionsInUse), "n");
        Cell("Reads/s", Rate(node.ReadsPerSecond), "n");
        Cell("Commands/s", Rate(node.CommandsPerSecond), "n");
        if (MayChange)
        {
            var change = node.Node.IsDrained ? "resume" : "drain";
            var name = Text(node.Node.Name);
            _html.Append(CultureInfo.InvariantCulture, $"<td data-label=\"Change\"><form method=\"post\" action=\"{Text(path)}\"><input type=\"hidden\" name=\"{Text(formField!)}\" value=\"{Text(formToken!)}\">")
                .Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" name=\"node\" value=\"{name}\"><button name=\"change\" value=\"{change}\">{(node.Node.IsDrained ? "Resume" : "Drain")}<span class=\"aside\"> {name}</span></button></form></td>");
        }

        _html.Append("</tr>\n");
    }

    private void WriteReasons(RoutingStatistics statistics)
    {
        var reasons = statistics.Nodes.SelectMany(node => node.Commands.Keys).Distinct().Order().ToList();
        _html.Append("<section class=\"scroll\">\n<table class=\"reasons\">\n<caption>Commands by reason and node, in the last ")
            .Append(Text(Span(statistics.Counted))).Append("</caption>\n");
        if (reasons.Count == 0)
        {
            _html.Append("<tbody><tr><td>None yet. Counting began with the first look at this page.</td></tr></tbody>\n</table>\n</section>\n");
            return;
        }

        _html.Append("<thead><tr><th scope=\"col\">Reason</th>");
        foreach (var node in statistics.Nodes)
            _html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\" class=\"n\">{Text(node.Node.Name)}</th>");
        _html.Append("</tr></thead>\n<tbody>\n");
        foreach (var reason in reasons)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{reason}</th>");
            foreach (var node in statistics.Nodes)
                Cell(node.Node.Name, node.Commands.TryGetValue(reason, out var count) ? Number(count) : "–", "n");
            _html.Append("</tr>\n");
        }

        _html.Append("</tbody>\n</table>\n</section>\n");
    }

    private void WriteShadow(ShadowReport shadow)
    {
        if (shadow.Commands == 0)
            return;
        _html.Append("<section class=\"scroll\">\n<table class=\"shadow\">\n<caption>Shadow mode: what routing would have done. To replicas: ")
            .Append(CultureInfo.InvariantCulture, $"{Share(shadow.ShareOfCommands)} of {Number(shadow.Commands)} commands, {Share(shadow.ShareOfTime)} of their time. ")
            .Append(CultureInfo.InvariantCulture, $"Texts explained on a replica: {Number(shadow.TextsChecked)}, refused: {Number(shadow.Refusals.Count)}.</caption>\n")
            .Append("<thead><tr><th scope=\"col\">Reason</th><th scope=\"col\">Goes to</th><th scope=\"col\" class=\"n\">Commands</th><th scope=\"col\" class=\"n\">Time</th></tr></thead>\n<tbody>\n");
        foreach (var count in shadow.Counts)
        {
            _html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{count.Reason}</th>");
            Cell("Goes to", count.Target == RouteTarget.Replica ? "replica" : "primary");
            Cell("Commands", Number(count.Commands), "n");
            Cell("Time", Duration(count.Time), "n");
            _html.Append("</tr>\n");
        }

        _html.Append("</tbody>\n</table>\n</section>\n");
    }

    private void Cell(string label, string text, string? style = null)
    {
        _html.Append(CultureInfo.InvariantCulture, $"<td data-label=\"{Text(label)}\"");
        if (style is not null)
            _html.Append(CultureInfo.InvariantCulture, $" class=\"{style}\"");
        _html.Append(CultureInfo.InvariantCulture, $">{Text(text)}</td>");
    }

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("0.0%", CultureInfo.InvariantCulture);

    private static string Rate(double value) => value.ToString(value < 10 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    internal static string Duration(TimeSpan? value) => value switch
    {
        null => "–",
        { Ticks: 0 } => "0",
        { TotalSeconds: < 1 } brief => string.Create(CultureInfo.InvariantCulture, $"{brief.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 120 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalSeconds:0.0} s"),
        { } longer => string.Create(CultureInfo.InvariantCulture, $"{longer.TotalMinutes:0} min"),
    };

    private static string Span(TimeSpan value) => value.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0} s") : string.Create(CultureInfo.InvariantCulture, $"{value.TotalMinutes:0} min");

    private static string Bytes(long? value) => value switch
    {
        null => "–",
        < 10_000 and { } few => Number(few),
        < 10_000_000 and { } some => string.Create(CultureInfo.InvariantCulture, $"{some / 1024.0:#,0} KiB"),
        { } many => string.Create(CultureInfo.InvariantCulture, $"{many / 1048576.0:#,0} MiB"),
    };
}

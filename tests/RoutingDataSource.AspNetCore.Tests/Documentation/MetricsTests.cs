using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.AspNetCore.Diagnostics;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Documentation;

/// <summary>The page about metrics, the dashboard and the alerts name what the code measures.</summary>
public sealed partial class MetricsTests
{
    private static readonly string[] NodeTags = ["routing_data_source_node", "server_address", "server_port"];

    [Fact]
    public void Table_OfInstruments_IsWhatTheCodeHas()
    {
        var listed = Rows().Select(row => $"{row.Name} {row.Kind} {row.Prometheus} {row.Unit}").Order().ToList();
        var existing = Instruments().Select(each => $"{each.Name} {Kind(each)} {PrometheusName(each)} {each.Unit}").Order().ToList();
        Assert.Equal(existing, listed);
    }

    [Fact]
    public void Dashboard_Queries_NameMetricsAndTagsThatExist()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("docs", "monitoring", "dashboard.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        var queries = panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!)).ToList();
        Assert.All(panels, panel => Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray()));
        AssertKnown(queries);
        // Whatever is measured can be seen.
        Assert.All(Rows(), row => Assert.Contains(queries, query => query.Contains(row.Prometheus, StringComparison.Ordinal)));
    }

    [Fact]
    public void Alerts_Expressions_NameMetricsAndTagsThatExist()
    {
        var rules = Repository.Read("docs", "monitoring", "alerts.yml");
        var expressions = Expression().Matches(rules).Select(match => match.Groups["text"].Value).ToList();
        Assert.Equal(rules.Split("- alert:").Length - 1, expressions.Count);
        AssertKnown(expressions);
        AssertKnown([.. LabelInText().Matches(rules).Select(match => match.Groups["label"].Value).Where(label => label is not ("instance" or "job"))], labelsOnly: true);
    }

    private static void AssertKnown(List<string> expressions, bool labelsOnly = false)
    {
        var rows = Rows();
        var labels = rows.SelectMany(row => row.Labels).ToHashSet();
        var metrics = labelsOnly ? [] : rows.SelectMany(row => row.Kind == "histogram"
            ? new[] { "_bucket", "_count", "_sum" }.Select(part => row.Prometheus + part) : [row.Prometheus]).ToHashSet();
        Assert.NotEmpty(expressions);
        foreach (var expression in expressions)
        {
            var names = Name().Matches(expression).Select(match => match.Value).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(metrics.Contains(name) || labels.Contains(name), $"{name} in: {expression}"));
            Assert.True(labelsOnly || names.Exists(metrics.Contains), expression);
        }
    }

    private static List<(string Name, string Kind, string Prometheus, string Unit, string[] Labels)> Rows()
    {
        var rows = Row().Matches(Repository.Read("docs", "metrics.md")).Select(match => (
            match.Groups["name"].Value, match.Groups["kind"].Value, match.Groups["prometheus"].Value, match.Groups["unit"].Value,
            Labels(match.Groups["tags"].Value))).ToList();
        Assert.NotEmpty(rows);
        return rows;

        static string[] Labels(string tags) =>
        [
            .. tags.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).SelectMany(tag =>
                tag == "node" ? NodeTags : [$"routing_data_source_{tag.Trim('`').Replace('.', '_')}"]),
        ];
    }

    private static List<Instrument> Instruments()
    {
        var found = new ConcurrentQueue<Instrument>(); // other tests make instruments at the same time
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var source = RoutingDataSource.Create("Host=127.0.0.1;Port=1");
        _ = new SessionMetrics(services.GetRequiredService<IMeterFactory>());
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => found.Enqueue(instrument) };
        listener.Start();
        return [.. found.Where(each => each.Name.StartsWith("routing_data_source.", StringComparison.Ordinal)).DistinctBy(each => each.Name)];
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name switch
    {
        var name when name.StartsWith("Counter", StringComparison.Ordinal) => "counter",
        var name when name.StartsWith("Histogram", StringComparison.Ordinal) => "histogram",
        var name when name.StartsWith("ObservableGauge", StringComparison.Ordinal) => "gauge",
        var name => name,
    };

    // What OpenTelemetry's exporter makes of a name: units are spelt out, annotations in braces dropped, counters end with "total".
    private static string PrometheusName(Instrument instrument) =>
        instrument.Name.Replace('.', '_') + instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        } + (Kind(instrument) == "counter" ? "_total" : "");

    [GeneratedRegex(@"^\| `(?<name>[a-z_.]+)` \| (?<kind>\w+) \| `(?<prometheus>\w+)` \| `(?<unit>[^`]+)` \| (?<tags>[^|]*) ?\| (?<what>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"routing_data_source_\w+")]
    private static partial Regex Name();

    [GeneratedRegex(@"^ +expr: (>-\n)?(?<text>(.|\n)+?)(?=^ +(for|labels):)", RegexOptions.Multiline)]
    private static partial Regex Expression();

    [GeneratedRegex(@"\$labels\.(?<label>\w+)")]
    private static partial Regex LabelInText();
}

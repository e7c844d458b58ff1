using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ReplicaRouting.IntegrationTests.Diagnostics;

public sealed class MetricsTests
{
    [Fact]
    public async Task Instruments_OfADataSource_TellRoutesProbesAndLag()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int); CREATE SEQUENCE s");
        await cluster.WaitForReplayAsync();
        var measured = new ConcurrentBag<(string Instrument, double Value, Dictionary<string, object?> Tags)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "RoutingDataSource")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 1");
        await source.RunAsync("INSERT INTO t VALUES (1)");
        listener.RecordObservableInstruments();

        var own = measured.Where(each => !each.Tags.TryGetValue("server.port", out var port) || cluster.Nodes.Any(node => node.Port.Equals(port))).ToList();
        Assert.Contains(own, each => each.Instrument == "routing_data_source.commands" && (string?)each.Tags["routing_data_source.target"] == "Replica" &&
            (string?)each.Tags["routing_data_source.reason"] == "ProvenRead" && (string?)each.Tags["routing_data_source.node"] == "node2");
        Assert.Contains(own, each => each.Instrument == "routing_data_source.commands" && (string?)each.Tags["routing_data_source.reason"] == "Write");
        Assert.Contains(own, each => each.Instrument == "routing_data_source.probe.duration" && each.Value is > 0 and < 10);
        Assert.Contains(own, each => each.Instrument == "routing_data_source.node.lag.size" && (string?)each.Tags["routing_data_source.node"] == "node2");
        Assert.Equal(2, own.Count(each => each.Instrument == "routing_data_source.node.reachable" && each.Value == 1));
        Assert.All(own, each => Assert.All(each.Tags.Values, value => Assert.DoesNotContain("SELECT", value?.ToString() ?? "", StringComparison.OrdinalIgnoreCase)));

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var kept = new Dictionary<string, object?>();
            foreach (var (key, tag) in tags)
                kept[key] = tag;
            measured.Add((instrument.Name, value, kept));
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.Model;

namespace ReplicaRouting.Tests.Diagnostics;

/// <summary>Which data source a measurement is of.</summary>
public sealed class RoutingMetricsTests
{
    private const string Nodes = "Host=127.0.0.1,localhost:2;Port=1;Username=mallory;Password=sesame42;Database=shop;Persist Security Info=true;Primary Fallback Limit=5";

    private delegate void Noted(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    [Fact]
    public void Measurements_OfTwoDataSources_TellEachOfThemApart()
    {
        using var orders = new RoutingDataSourceBuilder(Nodes) { Name = "orders" }.Build();
        using var stock = new RoutingDataSourceBuilder(Nodes) { Name = "stock" }.Build();
        var ofOrders = MeasureAll(orders);
        var ofStock = MeasureAll(stock);
        Assert.Equal(Instruments(orders), ofOrders.Select(each => each.Instrument).Distinct().Order()); // each of them has measured
        Assert.All(ofOrders, each => Assert.Equal("orders", each.Tags["routing_data_source.name"]));
        Assert.All(ofStock, each => Assert.Equal("stock", each.Tags["routing_data_source.name"]));
    }

    [Fact]
    public void Name_NotGiven_IsOfServersAndDatabaseWithoutUserOrPassword()
    {
        using var source = RoutingDataSource.Create(Nodes);
        var tags = MeasureAll(source).SelectMany(each => each.Tags).ToList();
        Assert.All(tags.Where(tag => tag.Key == "routing_data_source.name"), tag => Assert.Equal("127.0.0.1:1,localhost:2/shop", tag.Value));
        Assert.DoesNotContain(tags, tag => tag.Value?.ToString() is { } text &&
            (text.Contains("sesame42", StringComparison.Ordinal) || text.Contains("mallory", StringComparison.Ordinal)));
    }

    [Fact]
    public void Name_DataSourceWithAKey_IsTheKeyUnlessItIsGiven()
    {
        using var services = new ServiceCollection()
            .AddRoutingDataSource(Nodes, serviceKey: "orders")
            .AddRoutingDataSource(Nodes, serviceKey: DayOfWeek.Monday)
            .AddRoutingDataSource(Nodes, builder => builder.Name = "named", serviceKey: "stock")
            .AddRoutingDataSource(Nodes, serviceKey: typeof(string))
            .BuildServiceProvider();
        Assert.Equal("orders", NameOf("orders"));
        Assert.Equal("Monday", NameOf(DayOfWeek.Monday));
        Assert.Equal("named", NameOf("stock"));
        Assert.Equal("127.0.0.1:1,localhost:2/shop", NameOf(typeof(string)));

        string? NameOf(object key) => MeasureAll(services.GetRequiredKeyedService<RoutingDataSource>(key))[0].Tags["routing_data_source.name"]?.ToString();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Build_EmptyName_IsRefused(string name)
    {
        var error = Assert.Throws<ArgumentException>(() => new RoutingDataSourceBuilder(Nodes) { Name = name }.Build());
        Assert.Contains("the data source's name is empty", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_WhileSomebodyListens_AllocatesNothingForItsTagsButThePort()
    {
        using var source = RoutingDataSource.Create(Nodes);
        using var listener = Listen(source, (_, _) => { });
        source.Metrics.Command(source.Cluster.Nodes[0], RouteTarget.Replica, RouteReason.ProvenRead);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            source.Metrics.Command(source.Cluster.Nodes[0], RouteTarget.Replica, RouteReason.ProvenRead);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 24);
    }

    private static List<string> Instruments(RoutingDataSource source)
    {
        var found = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter == source.Metrics.Meter)
                    found.Enqueue(instrument.Name);
            },
        };
        listener.Start();
        return [.. found.Where(name => !name.Contains(".lag.", StringComparison.Ordinal)).Order()]; // nothing is known of lag here
    }

    private static MeterListener Listen(RoutingDataSource source, Noted note)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == source.Metrics.Meter)
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => note(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => note(instrument, tags));
        listener.Start();
        return listener;
    }

    private static List<(string Instrument, Dictionary<string, object?> Tags)> MeasureAll(RoutingDataSource source)
    {
        var measured = new List<(string Instrument, Dictionary<string, object?> Tags)>();
        using var listener = Listen(source, (instrument, tags) =>
        {
            var kept = new Dictionary<string, object?>();
            foreach (var (key, tag) in tags)
                kept.Add(key, tag);
            measured.Add((instrument.Name, kept));
        });
        var (metrics, node) = (source.Metrics, source.Cluster.Nodes[0]);
        metrics.Command(node, RouteTarget.Primary, RouteReason.NoReplica);
        metrics.Shadow(RouteTarget.Replica, RouteReason.ProvenRead);
        metrics.Rerun(RouteReason.ServerLost);
        metrics.Refusal();
        metrics.Probe(node, TimeSpan.FromMilliseconds(1));
        metrics.Pin(PinEnd.CaughtUp, 1);
        listener.RecordObservableInstruments();
        return measured;
    }
}

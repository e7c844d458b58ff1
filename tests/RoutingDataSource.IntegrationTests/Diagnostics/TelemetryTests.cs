using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ReplicaRouting.IntegrationTests.Diagnostics;

/// <summary>What metrics and statistics tell of sessions, fallbacks and reruns. Pins and probes of other tests' data sources would be measured too, so these tests run
/// alone.</summary>
[Collection(Documentation.Alone.Name)]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_OfASessionThatWaitsForItsWrite_TellTheFallbackThePinAndHowItEnded()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        using var measured = new Measured();
        await using var source = cluster.Build(options => (options.PrimaryFallbackLimit, options.MaxPin) = (7, TimeSpan.FromMinutes(5)));
        await source.WaitUntilWellAsync();

        await cluster.Replicas[0].PauseReplayAsync();
        using (var session = RoutingSession.Begin())
        {
            await source.RunAsync("INSERT INTO t VALUES (1)");
            Assert.Equal(RouteReason.ReadYourWrites, (await source.RunAsync("SELECT count(*) FROM t")).Route.Reason);
            Assert.Contains("fallbacks ReadYourWrites", measured.Names);
            await session.GetTokenAsync(); // the position is known now, so the next read takes a place in the budget
            await using (var command = source.CreateCommand("SELECT generate_series(1, 10)"))
            {
                await using var reader = await command.ExecuteReaderAsync();
                Assert.Equal(["fallbacks.in_use 1", "fallbacks.limit 7"], measured.Observe("fallbacks"));
            }

            await cluster.Replicas[0].ResumeReplayAsync();
            await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "the replica to catch up");
            Assert.Single(measured.Names, "pin.duration CaughtUp");
            await source.RunAsync("INSERT INTO t VALUES (2)");
        }

        Assert.Single(measured.Names, "pin.duration SessionEnded");
        Assert.DoesNotContain("pin.duration Expired", measured.Names);
        source.Drain("node2");
        Assert.Equal(["node.drained 0", "node.drained 1"], measured.Observe("node.drained"));
        await source.RunAsync("SELECT 1");
        Assert.Contains("fallbacks NoReplica", measured.Names);
    }

    [Fact]
    public async Task Metrics_OfTwoDataSourcesOfOneProcess_CountEachItsOwn()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        using var measured = new Measured();
        await using var orders = Build("orders");
        await using var stock = Build(null);
        await orders.WaitUntilWellAsync();
        await stock.WaitUntilWellAsync();
        measured.Clear();
        for (var i = 0; i < 3; i++)
            await orders.RunAsync("SELECT 1");
        await stock.RunAsync("SELECT 1");
        var byServers = $"127.0.0.1:{cluster.Primary.Port},127.0.0.1:{cluster.Replicas[0].Port}/{cluster.Options.Database}";
        Assert.Equal(["orders", "orders", "orders", byServers], measured.SourcesOf("commands"));

        await using (var reader = await OpenAsync())
        {
            measured.Clear();
            Assert.Equal(["fallbacks.in_use 0", "fallbacks.in_use 1"], measured.Observe("fallbacks.in_use"));
            Assert.Equal([byServers, "orders"], measured.SourcesOf("fallbacks.in_use").Order(StringComparer.Ordinal));
        }

        RoutingDataSource Build(string? name) => new RoutingDataSourceBuilder { Name = name }
            .AddPrimary(cluster.Primary.ConnectionString, name: "node1").AddReplica(cluster.Replicas[0].ConnectionString, name: "node2").Build();

        async Task<Npgsql.NpgsqlDataReader> OpenAsync()
        {
            stock.Drain("node2");
            var command = stock.CreateCommand("SELECT generate_series(1, 10)");
            return await command.ExecuteReaderAsync();
        }
    }

    [Fact]
    public async Task Metrics_OfAPinThatLastsTooLong_SayThatItExpired()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        using var measured = new Measured();
        await using var source = cluster.Build(options => (options.MaxPin, options.MaxReplicaLag) = (TimeSpan.FromMilliseconds(200), null));
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        await using var connection = await source.OpenConnectionAsync();
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        await Until.TrueAsync(async () => (await connection.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "the pin to expire");
        Assert.Single(measured.Names, "pin.duration Expired");
        await cluster.Replicas[0].ResumeReplayAsync();
    }

    [Fact]
    public async Task GetStatistics_BeforeTheFirstLook_CountsNothing()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 1");
        var first = source.GetStatistics();
        Assert.All(first.Nodes, node => Assert.Empty(node.Commands));
        await source.RunAsync("SELECT 1");
        await source.RunAsync("SHOW server_version");
        var second = source.GetStatistics();
        Assert.Equal([KeyValuePair.Create(RouteReason.PerServer, 1L)], second.Nodes[0].Commands);
        Assert.Equal([KeyValuePair.Create(RouteReason.ProvenRead, 1L)], second.Nodes[1].Commands);
        Assert.Equal([NodeStanding.Primary, NodeStanding.ServesReads], second.Nodes.Select(node => node.Standing));
        Assert.True(second.Counted > TimeSpan.Zero);
        source.Drain("node2");
        Assert.Equal(NodeStanding.Drained, source.GetStatistics().Nodes[1].Standing);
        await source.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(source.GetStatistics);
    }

    private sealed class Measured : IDisposable
    {
        private const string Prefix = "routing_data_source.";

        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Instrument, double Value, string? Tag, string? Source)> _all = [];

        public Measured()
        {
            // Data sources that other tests have left to the process measure as well: those that are there already are passed over.
            var isStarted = false;
            _listener.InstrumentPublished = (instrument, self) =>
            {
                if (isStarted && instrument.Meter.Name == "RoutingDataSource")
                    self.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
            isStarted = true;
        }

        public IEnumerable<string> Names => _all.Select(each => $"{each.Instrument} {each.Tag}");

        public IEnumerable<string?> SourcesOf(string instrument) => [.. _all.Where(each => each.Instrument == instrument).Select(each => each.Source)];

        public void Clear() => _all.Clear();

        public IEnumerable<string> Observe(string prefix)
        {
            var before = _all.Count;
            _listener.RecordObservableInstruments();
            return [.. _all.Skip(before).Where(each => each.Instrument.StartsWith(prefix, StringComparison.Ordinal)).Select(each => $"{each.Instrument} {each.Value}").Order()];
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string? kept = null, source = null;
            foreach (var (key, tag) in tags)
            {
                if (key is Prefix + "reason" or Prefix + "pin.end")
                    kept = tag?.ToString();
                else if (key is Prefix + "name")
                    source = tag?.ToString();
            }

            _all.Enqueue((instrument.Name[Prefix.Length..], value, kept, source));
        }
    }
}

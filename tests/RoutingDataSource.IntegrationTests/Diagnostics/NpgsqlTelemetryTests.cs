using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics.Metrics;
using Npgsql;
using ReplicaRouting.IntegrationTests.AdoNet;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Diagnostics;

/// <summary>What programs see of Npgsql's own spans, metrics and log: theirs, under the names that they gave.</summary>
[Collection(FreshClusterTests.Name)]
public sealed class NpgsqlTelemetryTests(FreshClusterFixture fixture)
{
    private PostgresCluster Cluster => fixture.Cluster;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Spans_OfANamedDataSource_AreThoseOfPlain(bool hasManyNodes)
    {
        var name = $"spans {Guid.NewGuid()}";
        await using var plain = new NpgsqlDataSourceBuilder(Cluster.Primary.ConnectionString) { Name = name }.Build();
        var expected = await SpansAsync(plain, name);
        await using var routed = new RoutingDataSourceBuilder(hasManyNodes ? Cluster.ConnectionString : Cluster.Primary.ConnectionString) { Name = name }.Build();
        Assert.Equal(expected, await SpansAsync(routed, name));
        Assert.Equal(5, expected.Count);
    }

    [Fact]
    public async Task Pools_OfANamedDataSource_CarryItsNameInMetrics()
    {
        var name = $"pools {Guid.NewGuid()}";
        var pools = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument is { Meter.Name: "Npgsql", Name: "db.client.operation.duration" })
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var (key, value) in tags)
            {
                if (key == "db.client.connection.pool.name" && value is string pool && pool.StartsWith(name, StringComparison.Ordinal) && !pool.EndsWith("/probes", StringComparison.Ordinal))
                    pools[pool[name.Length..]] = true;
            }
        });
        listener.Start();
        await using (var alone = new RoutingDataSourceBuilder(Cluster.Primary.ConnectionString) { Name = name }.Build())
            await alone.RunAsync("SELECT 1");
        Assert.Equal([""], pools.Keys);
        pools.Clear();
        var builder = new RoutingDataSourceBuilder { Name = name }.AddPrimary(Cluster.Primary.ConnectionString, name: "a").AddReplica(Cluster.Replicas[0].ConnectionString, name: "b");
        await using var source = builder.Build();
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 1");
        await source.RunAsync("DO 'BEGIN END'");
        Assert.Equal(["/a", "/b/reads"], pools.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Probes_AreInNeitherNpgsqlsLogNorItsSpans()
    {
        using var log = new LogRecorder();
        using var spans = new Spans();
        var settings = new NpgsqlConnectionStringBuilder(Cluster.ConnectionString) { ApplicationName = $"quiet {Guid.NewGuid()}" };
        await using var source = new RoutingDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(log).Build();
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 'mine'");
        Assert.Contains(log.Entries, entry => entry.Category == "Npgsql.Command" && entry.Message.Contains("mine", StringComparison.Ordinal));
        Assert.DoesNotContain(
            log.Entries, entry => entry.Category.StartsWith("Npgsql", StringComparison.Ordinal) && entry.Message.Contains("recovery", StringComparison.Ordinal));
        var mine = spans.All.Where(span => (span.GetTagItem("db.npgsql.data_source") as string)?.Contains(settings.ApplicationName, StringComparison.Ordinal) == true);
        Assert.DoesNotContain(mine, span => ((string)span.GetTagItem("db.npgsql.data_source")!).Contains("Pooling=False", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Spans_OfAProgramWithCallbacksOfItsOwn_HaveWhatBothAdd()
    {
        var name = $"mine {Guid.NewGuid()}";
        var builder = new RoutingDataSourceBuilder(Cluster.ConnectionString) { Name = name };
        builder.ConfigureNpgsql(npgsql => npgsql.ConfigureTracing(tracing => tracing
            .ConfigureCommandEnrichmentCallback((span, command) => span.SetTag("mine", $"{span.GetTagItem("routing_data_source.reason")} {command.CommandText}"))
            .ConfigureBatchEnrichmentCallback((span, batch) => span.SetTag("mine", $"batch of {batch.BatchCommands.Count}"))
            .ConfigureCopyOperationEnrichmentCallback((span, text) => span.SetTag("mine", text))));
        await using var source = builder.Build();
        await source.RunAsync("SELECT 0");
        using var spans = new Spans();
        await using (var connection = await source.OpenConnectionAsync())
        {
            await connection.RunAsync("SELECT 1");
            await using var batch = connection.CreateBatch();
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 2"));
            await batch.ExecuteNonQueryAsync();
            using var copy = connection.BeginTextExport("COPY (SELECT 3) TO STDOUT");
            copy.ReadToEnd();
        }

        var own = spans.All.Where(span => name.Equals(span.GetTagItem("db.npgsql.data_source")) && span.GetTagItem("mine") is not null).ToList();
        Assert.Equal(["ProvenRead SELECT 1", "batch of 1", "COPY (SELECT 3) TO STDOUT"], own.Select(span => (string)span.GetTagItem("mine")!));
        Assert.All(own, span => Assert.NotNull(span.GetTagItem("routing_data_source.node")));
    }

    private static async Task<List<string>> SpansAsync(DbDataSource source, string name)
    {
        using (var warm = source.Opened())
            warm.Execute("DO 'BEGIN END'"); // and connections are open
        using var spans = new Spans();
        await using (var connection = await source.OpenConnectionAsync())
        {
            connection.Scalar("SELECT 1");
            connection.Execute("DO 'BEGIN END'");
            Assert.Throws<PostgresException>(() => connection.Scalar("SELECT no_such_column"));
            await using var batch = connection.CreateBatch();
            for (var i = 0; i < 2; i++)
            {
                batch.BatchCommands.Add(batch.CreateBatchCommand());
                batch.BatchCommands[i].CommandText = "SELECT 2";
            }

            await batch.ExecuteNonQueryAsync();
            using var copy = ((dynamic)connection).BeginTextExport("COPY (SELECT 3) TO STDOUT");
            copy.ReadToEnd();
        }

        return [.. spans.All.Where(span => name.Equals(span.GetTagItem("db.npgsql.data_source"))).Select(span =>
            $"{span.DisplayName} {span.Kind} {span.Status} {span.StatusDescription} {string.Join(',', span.Events.Select(each => each.Name))} "
            + string.Join(' ', span.TagObjects.Where(tag => !IsOfTheServer(tag.Key)).OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}")))];
    }

    private static bool IsOfTheServer(string tag) => tag is "db.npgsql.connection_id" or "server.port" || tag.StartsWith("routing_", StringComparison.Ordinal);
}

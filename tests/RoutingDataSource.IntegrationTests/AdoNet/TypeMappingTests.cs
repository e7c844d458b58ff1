using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Data sources that the caller has built need not be built alike.</summary>
[Collection(FreshClusterTests.Name)]
public sealed class TypeMappingTests(FreshClusterFixture fixture)
{
    private enum Feeling
    {
        Calm,
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mapping_OnSomeNodesOnly_IsNamedInTheLogOnce(bool async)
    {
        await fixture.Cluster.Primary.ExecuteAsync("DROP TYPE IF EXISTS feeling; CREATE TYPE feeling AS ENUM ('calm')");
        await fixture.Cluster.WaitForReplayAsync();
        var warnings = await RunAsync(async, node => node != fixture.Cluster.Replicas[0].Name);
        var warning = Assert.Single(warnings);
        Assert.Contains("public.feeling", warning, StringComparison.Ordinal);
        Assert.Contains(typeof(Feeling).FullName!, warning, StringComparison.Ordinal);
        Assert.Contains(fixture.Cluster.Replicas[0].Name, warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mapping_OnAllNodes_IsNoMatter()
    {
        await fixture.Cluster.Primary.ExecuteAsync("DROP TYPE IF EXISTS feeling; CREATE TYPE feeling AS ENUM ('calm')");
        await fixture.Cluster.WaitForReplayAsync();
        Assert.Empty(await RunAsync(async: true, _ => true));
    }

    private async Task<List<string>> RunAsync(bool async, Func<string, bool> isMapped)
    {
        using var log = new LogRecorder();
        var pools = fixture.Cluster.Nodes.Select(node =>
        {
            var builder = new NpgsqlDataSourceBuilder(node.ConnectionString);
            if (isMapped(node.Name))
                builder.MapEnum<Feeling>("feeling");
            return (node.Name, Pool: builder.Build());
        }).ToList();
        var routing = new RoutingDataSourceBuilder().AddPrimary(pools[0].Pool, name: pools[0].Name).UseLoggerFactory(log);
        foreach (var (name, pool) in pools.Skip(1))
            routing.AddReplica(pool, name: name);
        await using (var source = routing.Build())
        {
            await source.WaitUntilWellAsync();
            for (var round = 0; round < 3; round++)
            {
                foreach (var text in new[] { "SELECT 1", "SELECT 2", "SELECT txid_current()" })
                {
                    if (async)
                    {
                        await source.RunAsync(text);
                        continue;
                    }

                    using var command = source.CreateCommand(text);
                    command.ExecuteScalar();
                }
            }
        }

        foreach (var (_, pool) in pools)
            await pool.DisposeAsync();
        return [.. log.Of(3052).Select(entry => entry.Message)];
    }
}

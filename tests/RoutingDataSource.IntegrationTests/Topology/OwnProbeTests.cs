using Npgsql;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>A probe of the application's, for services that hide positions in the log: roles and delays are all that it tells.</summary>
public sealed class OwnProbeTests
{
    [Fact]
    public async Task Probe_WithoutPositions_RoutesByDelayAndPinsWritesForMaxPin()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        var probe = new RolesAndDelays();
        await using var source = cluster.Build(options => (options.Probe, options.MaxPin) = (probe, TimeSpan.FromSeconds(2)));
        await source.WaitUntilWellAsync();
        Assert.Equal(RouteTarget.Replica, (await source.RunAsync("SELECT count(*) FROM t")).Route.Target);

        using (RoutingSession.Begin())
        {
            await source.RunAsync("INSERT INTO t VALUES (1)");
            var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
            Assert.Equal((1L, RouteReason.ReadYourWrites), ((long)value!, route.Reason));
            await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "MaxPin to pass");
        }

        probe.Delay = TimeSpan.FromSeconds(6); // beyond MaxReplicaLag
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Reason == RouteReason.ReplicasLagging, "the delay to count");
        probe.Delay = TimeSpan.Zero;
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica, "the replica to be back");
    }

    private sealed class RolesAndDelays : INodeProbe
    {
        public TimeSpan Delay { get; set; }

        public async ValueTask<NodeProbeResult> ProbeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery()", connection);
            return (bool)(await command.ExecuteScalarAsync(cancellationToken))!
                ? new(NodeRole.Replica, null) { Delay = Delay }
                : new NodeProbeResult(NodeRole.Primary, null);
        }
    }
}

using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Consistency;

/// <summary>Sessions that need more than any replica is known to show, while there is nobody who could tell or serve it.</summary>
public sealed class WithoutPrimaryTests
{
    [Fact]
    public async Task Open_NoPrimarySinceTheStart_SaysThatNoLagIsKnown()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.KillAsync();
        await using var source = cluster.Build(options => (options.MaxReplicaLag, options.FailoverTimeout) = (null, TimeSpan.FromHours(1)));
        var error = await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("SELECT 1")); // at once, whatever FailoverTimeout is
        Assert.True(error.IsTransient);
        Assert.StartsWith("No node can be used. ", error.Message, StringComparison.Ordinal);
        Assert.Contains("node2: replica, its lag is not known", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_NoReplicaShowsWhatTheSessionHasSeen_SaysSoUntilMaxPin(bool hasOnlyRead)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.MaxPin = TimeSpan.FromSeconds(6));
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await TouchThePrimaryAsync(source, cluster, hasOnlyRead);
        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss to be seen");

        var error = await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("SELECT count(*) FROM t"));
        Assert.True(error.IsTransient);
        Assert.StartsWith(
            "There is no primary, and no replica may serve the read: its session (or its connection) has written to the primary or read from it, and no replica is " +
            "known to show that much, which is required for MaxPin (6 s) at most.",
            error.Message, StringComparison.Ordinal);
        Assert.Contains("node2: replica", error.Message, StringComparison.Ordinal);
        Task<(object?, CommandRoute Route)> another;
        using (ExecutionContext.SuppressFlow())
            another = Task.Run(() => source.RunAsync("SELECT count(*) FROM t"));
        Assert.Equal(RouteTarget.Replica, (await another).Route.Target); // it has no such floor

        await Until.TrueAsync(async () =>
        {
            try
            {
                return (await source.RunAsync("SELECT count(*) FROM t")).Route.Target == RouteTarget.Replica;
            }
            catch (NpgsqlException refused) when (refused.IsTransient)
            {
                return false;
            }
        }, "MaxPin to pass");
        var write = await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("INSERT INTO t VALUES (2)"));
        Assert.StartsWith("There is no primary. ", write.Message, StringComparison.Ordinal); // nothing about replicas: no replica could have served it
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_NoReplicaShowsWhatTheSessionHasSeen_IsServedAgainAfterAPromotion(bool hasOnlyRead)
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.MaxPin = TimeSpan.FromMinutes(10)); // it is not time that frees the session
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await TouchThePrimaryAsync(source, cluster, hasOnlyRead);
        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => source.Cluster.Primary is null, "the loss to be seen");
        await Assert.ThrowsAsync<NpgsqlException>(() => source.RunAsync("SELECT count(*) FROM t"));

        var follower = cluster.Replicas[1];
        await cluster.Replicas[0].PromoteAsync();
        await Until.TrueAsync(() => source.Cluster.Primary?.Name == cluster.Primary.Name, "the new primary to be found");
        Assert.Equal(RouteTarget.Primary, (await source.RunAsync("SELECT count(*) FROM t")).Route.Target);
        await follower.ResumeReplayAsync();
        await follower.FollowPrimaryAsync();
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT count(*) FROM t")).Route.Node == follower.Name, "its replica to show what the new primary has");
    }

    // The replicas stand still before something that the session has written or seen, so that none of them ever shows it.
    private static async Task TouchThePrimaryAsync(RoutingDataSource source, PostgresCluster cluster, bool hasOnlyRead)
    {
        foreach (var replica in cluster.Replicas)
            await replica.PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("INSERT INTO t VALUES (1)");
        if (!hasOnlyRead)
        {
            await source.RunAsync("INSERT INTO t VALUES (1)");
            return;
        }

        foreach (var replica in cluster.Replicas)
            source.Drain(replica.Name);
        Assert.Equal(RouteTarget.Primary, (await source.RunAsync("SELECT count(*) FROM t")).Route.Target);
        foreach (var replica in cluster.Replicas)
            source.Resume(replica.Name);
    }
}

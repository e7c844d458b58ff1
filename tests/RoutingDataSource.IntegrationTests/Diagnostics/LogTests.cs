using Microsoft.Extensions.Logging;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Diagnostics;

/// <summary>What the log says of servers that come and go, and of what they refuse.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Log_FromTheFirstProbeToTheLossOfThePrimary_TellsEachChangeOnce()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        using var logs = new LogRecorder();
        await using var source = Build(cluster, logs, options => options.ReadOnlyFunctions.Add("pg_sleep"));
        await source.WaitUntilWellAsync();
        var (primary, replica) = (cluster.Primary.Name, cluster.Replicas[0].Name);
        Assert.Equal(
            [$"Node {primary} answers: Primary", $"Node {replica} answers: Replica"], Of(logs, 2002).Select(entry => entry.Message).Order());
        var (level, found) = Assert.Single(Of(logs, 2003));
        Assert.Equal((LogLevel.Information, $"Node {primary} is the primary (timeline 1)"), (level, found));

        source.Drain(replica);
        source.Drain(replica); // is no change
        source.Resume(replica);
        Assert.Equal([$"Node {replica}: drained is now True", $"Node {replica}: drained is now False"], Of(logs, 2005).Select(entry => entry.Message));
        Assert.Empty(Of(logs, 2001));

        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT pg_sleep(0.1), 1";
        await command.ExecuteNonQueryAsync();
        Assert.Equal(replica, command.LastRoute!.Value.Node);
        command.CommandText = "SELECT pg_sleep(2), 1";
        var reading = command.ExecuteNonQueryAsync();
        await Until.TrueAsync(
            async () => await cluster.Replicas[0].QueryScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(2)%' AND state = 'active'") == 1,
            "the read to run");
        await cluster.Replicas[0].KillAsync();
        await reading;
        Assert.Equal((primary, true), (command.LastRoute!.Value.Node, command.LastRoute.Value.WasRerun));
        Assert.StartsWith($"A read was lost on {replica} before its first row (", Assert.Single(Of(logs, 3002)).Message, StringComparison.Ordinal);
        await Until.TrueAsync(() => Of(logs, 2001).Any(), "the loss to be told");
        var (warning, lost) = Of(logs, 2001).First();
        Assert.Equal(LogLevel.Warning, warning);
        Assert.StartsWith($"Node {replica} is unreachable (", lost, StringComparison.Ordinal);
        Assert.Empty(Of(logs, 2004));

        await cluster.Primary.KillAsync();
        await Until.TrueAsync(() => Of(logs, 2004).Any(), "the loss of the primary to be told");
        Assert.Equal((LogLevel.Error, "There is no primary: no node accepts writes; writes fail until there is one"), Assert.Single(Of(logs, 2004)));
        Assert.DoesNotContain(logs.Entries, entry => entry.Message.Contains(cluster.Options.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_OfTypesThatAPausedReplicaCannotKnowYet_SaysThatTheyAreReadLater()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        using var logs = new LogRecorder();
        await using var source = Build(cluster, logs, options => options.MaxReplicaLag = null);
        await source.WaitUntilWellAsync();
        await source.RunAsync("SELECT 1"); // there is a pool
        await cluster.Replicas[0].PauseReplayAsync();
        await source.RunAsync("CREATE TYPE mood AS ENUM ('happy')");
        source.ReloadTypes(); // waits a few seconds
        Assert.Equal(
            (LogLevel.Warning, "Not all replicas have replayed the change of the types yet; each reads them again when it has"), Assert.Single(Of(logs, 3051)));
        await cluster.Replicas[0].ResumeReplayAsync();
        await Until.TrueAsync(
            async () =>
            {
                try
                {
                    return await source.RunAsync("/* route: replica */ SELECT 'happy'::mood") is ("happy", { Target: RouteTarget.Replica });
                }
                catch (InvalidCastException)
                {
                    return false; // the type is there, and Npgsql does not know it yet
                }
            },
            "the replica's connections to know the type");
        Assert.Single(Of(logs, 3051));
    }

    [Fact]
    public async Task Log_OfASettingThatAReplicaRefuses_SaysThatTheConnectionStaysWithThePrimary()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        using var logs = new LogRecorder();
        await using var source = Build(cluster, logs, options =>
        {
            options.SessionStatements = SessionStatements.Replay;
            options.ReadYourWrites = ReadYourWrites.None;
            options.MaxReplicaLag = null;
        });
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("CREATE ROLE fresh"); // which the replica does not know yet
        await using var connection = await source.OpenConnectionAsync();
        using (RoutingSession.UsePrimary())
            await connection.RunAsync("SET ROLE fresh");
        for (var i = 0; i < 2; i++)
        {
            var (_, route) = await connection.RunAsync("SELECT 1");
            Assert.Equal((cluster.Primary.Name, RouteReason.SessionPinned), (route.Node, route.Reason));
            Assert.Equal("fresh", (await connection.RunAsync("SELECT current_user::text")).Value);
        }

        var (level, message) = Assert.Single(Of(logs, 3060));
        Assert.Equal(LogLevel.Warning, level);
        Assert.StartsWith($"{cluster.Replicas[0].Name} refused a session's settings (22023)", message, StringComparison.Ordinal);
        await cluster.Replicas[0].ResumeReplayAsync();
    }

    // Npgsql's own events have numbers of the same range.
    private static IEnumerable<(LogLevel Level, string Message)> Of(LogRecorder logs, int id) =>
        logs.Entries.Where(entry => entry.Category == "ReplicaRouting" && entry.Id == id).Select(entry => (entry.Level, entry.Message));

    private static RoutingDataSource Build(PostgresCluster cluster, LogRecorder logs, Action<RoutingOptions> configure)
    {
        var builder = new RoutingDataSourceBuilder().UseLoggerFactory(logs).AddPrimary(cluster.Primary.ConnectionString, name: cluster.Primary.Name);
        foreach (var replica in cluster.Replicas)
            builder.AddReplica(replica.ConnectionString, name: replica.Name);
        return builder.Configure(options =>
        {
            options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromSeconds(1);
            configure(options);
        }).Build();
    }
}

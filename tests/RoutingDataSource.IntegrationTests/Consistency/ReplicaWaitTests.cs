using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.IntegrationTests.Consistency;

public sealed class ReplicaWaitTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ReplicaCatchesUpWithinTheBudget_WaitsThereAndShowsTheWrite(bool isSync)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await cluster.Replicas[0].DelayApplyAsync(TimeSpan.FromSeconds(1.5));
        await using var source = cluster.Build(options => options.ReplicaWait = TimeSpan.FromSeconds(20));
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await source.RunAsync("INSERT INTO t VALUES (1)");
        Assert.NotNull(await session.GetTokenAsync()); // the floor is known now
        await using var command = source.CreateCommand("SELECT count(*) FROM t");
        Assert.Equal(1L, isSync ? command.ExecuteScalar() : await command.ExecuteScalarAsync());
        Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
    }

    [Fact]
    public async Task Read_ReplicaDoesNotCatchUpInTime_GoesToThePrimary()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => options.ReplicaWait = TimeSpan.FromMilliseconds(50));
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        using var session = RoutingSession.Begin();
        await source.RunAsync("INSERT INTO t VALUES (1)");
        Assert.NotNull(await session.GetTokenAsync());
        var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
        Assert.Equal((1L, RouteReason.ReadYourWrites), ((long)value!, route.Reason));
        await cluster.Replicas[0].ResumeReplayAsync();
    }

    [Postgres19Fact]
    public async Task WaitForLsn_OnPostgres19_AnswersSuccessAndTimeout()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var replica = await cluster.Replicas[0].OpenConnectionAsync();
        var position = await cluster.Primary.QueryScalarAsync<NpgsqlTypes.NpgsqlLogSequenceNumber>("SELECT pg_current_wal_insert_lsn()");
        await using var reached = new NpgsqlCommand(ReplayWait.WaitSql(new((ulong)position), TimeSpan.FromSeconds(10)), replica);
        Assert.Equal("success", await reached.ExecuteScalarAsync());
        await using var beyond = new NpgsqlCommand(ReplayWait.WaitSql(new((ulong)position + (1UL << 40)), TimeSpan.FromMilliseconds(20)), replica);
        Assert.Equal("timeout", await beyond.ExecuteScalarAsync());
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class Postgres19FactAttribute : FactAttribute
    {
        public Postgres19FactAttribute()
        {
            var major = Environment.GetEnvironmentVariable("ROUTING_TEST_POSTGRES");
            if (major is null or "" or "system")
                major = ReplicaRouting.Testing.PostgresBinaries.FindInstalled()?.Version.Major.ToString(System.Globalization.CultureInfo.InvariantCulture);
            if (!int.TryParse(major, System.Globalization.CultureInfo.InvariantCulture, out var version) || version < ReplayWait.FirstVersionWithWait)
                Skip = "WAIT FOR LSN needs PostgreSQL 19, and none was found";
        }
    }
}

using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Tool;

public sealed class StatusTests
{
    [Fact]
    public async Task Status_EverythingWell_ShowsRolesAndSettingsAndEndsWithZero()
    {
        await using var cluster = await TestPostgres.StartAsync(2, options => options.Settings["hot_standby_feedback"] = "on");
        var run = await ToolRun.RunAsync("status", "--connection", $"{cluster.ConnectionString};Node Names=a,b,c");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.DoesNotContain('\u001b', run.Output); // a pipe gets no colours
        Assert.DoesNotContain(cluster.Options.Password, run.Output, StringComparison.Ordinal);
        var lines = run.Output.Split('\n');
        Assert.Matches(@"^\| a +\| primary", Assert.Single(lines, line => line.StartsWith("| a ", StringComparison.Ordinal)));
        var identifier = await cluster.Primary.QueryScalarAsync<string>("SELECT system_identifier::text FROM pg_control_system()");
        foreach (var name in new[] { "b", "c" })
            Assert.Matches($@"^\| {name} +\| replica \| 0\.0 s \| 0 B ", Assert.Single(lines, line => line.StartsWith($"| {name} ", StringComparison.Ordinal)));
        Assert.Matches($@"(?m)^\| system identifier +\| {identifier} +\| all ", run.Output);
        Assert.Matches(@"(?m)^\| hot_standby_feedback +\| on +\| all ", run.Output);
    }

    [Fact]
    public async Task Status_ASettingDiffers_SaysOnWhichNodes()
    {
        await using var cluster = await TestPostgres.StartAsync();
        await cluster.Replicas[1].SetAsync("max_standby_streaming_delay", "77s");
        var run = await ToolRun.RunAsync("status", "--connection", $"{cluster.ConnectionString};Node Names=a,b,c");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"(?m)^\| max_standby_streaming_delay +\| 77s +\| c ", run.Output);
        Assert.Matches(@"(?m)^\| max_standby_streaming_delay +\| \d+m?s +\| a, b ", run.Output);
        Assert.All(run.Output.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80)); // as it fits a terminal
    }

    [Fact]
    public async Task Status_ReplayPausedAndReplicaStopped_NamesBothAndEndsWithOne()
    {
        await using var cluster = await TestPostgres.StartAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.Replicas[1].KillAsync();
        var run = await ToolRun.RunAsync("status", "--json", "--max-lag", "0", "--connection", $"{cluster.ConnectionString};Node Names=a,b,c");

        Assert.Equal(1, run.ExitCode);
        var json = run.Json();
        Assert.Equal("a", json.GetProperty("primary").GetString());
        Assert.True(json.GetProperty("nodes")[1].GetProperty("lagBytes").GetInt64() > 0);
        Assert.Equal("unreachable", json.GetProperty("nodes")[2].GetProperty("role").GetString());
        var problems = json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!).ToList();
        Assert.Contains(problems, problem => problem.StartsWith("b has its replay paused: SELECT pg_wal_replay_resume()", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("b is ", StringComparison.Ordinal) && problem.Contains("s behind", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("c does not answer: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Status_PromotedBesideItsPrimaryAndAStranger_NamesThem()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var stranger = await TestPostgres.StartAsync(0, options => (options.Username, options.Password) = (cluster.Options.Username, cluster.Options.Password));
        var all = $"Host=127.0.0.1,127.0.0.1,127.0.0.1;Port={cluster.Nodes[0].Port},{cluster.Nodes[1].Port},{stranger.Primary.Port};Node Names=old,new,other;" +
            $"Username={cluster.Options.Username};Password={cluster.Options.Password};Database={cluster.Options.Database}";
        await cluster.Replicas[0].PromoteAsync();

        var run = await ToolRun.RunAsync("status", "--connection", all);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("old and new and other both take writes", run.Output, StringComparison.Ordinal);
        Assert.Contains("other is of another cluster", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_NoPrimary_SaysWhatToDo()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await cluster.Primary.StopAsync();
        var run = await ToolRun.RunAsync("status", "--max-lag", "0", "--connection", cluster.Replicas[0].ConnectionString);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no server takes writes: promote", run.Output, StringComparison.Ordinal);
        Assert.Contains("does not stream", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("s behind", run.Output, StringComparison.Ordinal); // behind whom?
    }

    [Fact]
    public async Task Watch_UntilInterrupted_ShowsWhatChanges()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        using var process = Process.Start(ToolRun.Describe("status", "--watch", "--json", "--interval", "0.1", "--connection", cluster.ConnectionString))!;
        Assert.Contains("\"problems\":[]", await process.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        await cluster.Replicas[0].PauseReplayAsync();
        string? line;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
            line = await process.StandardOutput.ReadLineAsync(patience.Token);
        while (line is not null && !line.Contains("has its replay paused", StringComparison.Ordinal));
        Assert.NotNull(line);

        Assert.Equal(0, Signals.Terminate(process.Id));
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode); // what the last look saw
    }
}

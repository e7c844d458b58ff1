using System.Text.Json;
using Npgsql;
using ReplicaRouting.IntegrationTests.Poolers;
using ReplicaRouting.MessageServer;

namespace ReplicaRouting.IntegrationTests.Tool;

public sealed class CheckTests
{
    [Fact]
    public async Task Check_OrdinaryRoleOnAWellCluster_HasNoProblem()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE ROLE app LOGIN PASSWORD 'app-secret'");
        await cluster.WaitForReplayAsync();
        var (code, findings) = await CheckAsync(cluster.GetConnectionString(username: "app", password: "app-secret"));

        Assert.Equal(0, code);
        Assert.DoesNotContain(findings, finding => finding.Level is "problem" or "warning");
        Assert.Equal(2, findings.Count(finding => finding.Found.StartsWith("reached and logged in as app in ", StringComparison.Ordinal)));
        Assert.Contains(findings, finding => finding.Found.StartsWith("one cluster (system identifier ", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Found.Contains("not a member of pg_monitor", StringComparison.Ordinal));
        Assert.DoesNotContain(findings, finding => finding.Found.Contains("pooler", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_SettingsDiffer_NamesThem()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Replicas[0].SetAsync("TimeZone", "Asia/Tokyo");
        var (code, findings) = await CheckAsync(cluster.ConnectionString);
        Assert.Equal(0, code);
        Assert.Contains(findings, finding => finding is { Level: "warning" } && finding.Found.StartsWith("TimeZone is 'Asia/Tokyo', and '", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_RoleThatMayNotWrite_IsAProblem()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE ROLE reader LOGIN PASSWORD 'x'; ALTER ROLE reader SET default_transaction_read_only = on");
        await cluster.WaitForReplayAsync();
        var (code, findings) = await CheckAsync(cluster.GetConnectionString(username: "reader", password: "x"));
        Assert.Equal(1, code);
        Assert.Contains(findings, finding => finding is { Level: "problem" } && finding.Found.StartsWith("default_transaction_read_only is on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_OneServerAwayAndOneWithoutLogin_SaysWhichAndEndsWithOne()
    {
        await using var cluster = await TestPostgres.StartAsync();
        await cluster.Replicas[0].KillAsync();
        await using var stranger = await TestPostgres.StartAsync(0);
        var text = $"Host=127.0.0.1,127.0.0.1,127.0.0.1;Port={cluster.Primary.Port},{cluster.Replicas[0].Port},{stranger.Primary.Port};Node Names=a,b,c;" +
            $"Username={cluster.Options.Username};Password={cluster.Options.Password};Database={cluster.Options.Database}";
        var (code, findings) = await CheckAsync(text);
        Assert.Equal(1, code);
        Assert.Contains(findings, finding => finding is { Level: "problem", Node: "b" } && finding.Found.Contains("Connection refused", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Level: "problem", Node: "c" } && finding.Found.Contains("password authentication failed", StringComparison.Ordinal));
    }

    [PoolerFact]
    public async Task Check_PgBouncerInTransactionMode_IsSeen()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var pooler = await PgBouncer.StartAsync(cluster.Primary, []);
        var text = new NpgsqlConnectionStringBuilder(cluster.Primary.ConnectionString) { Port = pooler.Port, Database = PgBouncer.PrimaryDatabase }.ConnectionString;
        var (code, findings) = await CheckAsync(text);
        Assert.Equal(0, code);
        Assert.Contains(findings, finding => finding is { Level: "warning" } && finding.Found.StartsWith("a pooler in transaction mode is in front", StringComparison.Ordinal)
            && finding.WhatToDo!.Contains("No Reset On Close=true", StringComparison.Ordinal));
    }

    [PoolerFact]
    public async Task Check_HaProxyInFront_IsNoPooler()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var proxy = await HaProxy.StartAsync([cluster.Primary]);
        var text = new NpgsqlConnectionStringBuilder(cluster.Primary.ConnectionString) { Port = proxy.Ports[0] }.ConnectionString;
        var (_, findings) = await CheckAsync(text);
        Assert.DoesNotContain(findings, finding => finding.Found.Contains("pooler", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_ForPeople_IsATableWithoutSecrets()
    {
        await using var cluster = await TestPostgres.StartAsync(0);
        var start = ToolRun.Describe("check");
        start.Environment["ROUTING_CONNECTION"] = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Password = null }.ConnectionString;
        start.Environment["PGPASSWORD"] = cluster.Options.Password;
        var run = await ToolRun.RunAsync(start);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("there is one server, so nothing is routed", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Options.Password, run.Output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, List<FindingLine> Findings)> CheckAsync(string connectionString)
    {
        var run = await ToolRun.RunAsync("check", "--json", "--connection", connectionString);
        return (run.ExitCode, run.Json().Deserialize<List<FindingLine>>(JsonSerializerOptions.Web)!);
    }

    private sealed record FindingLine(string Level, string? Node, string Found, string? WhatToDo);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

public sealed class HealthTests
{
    [Fact]
    public async Task Check_AsServersComeAndGo_IsHealthyDegradedOrUnhealthy()
    {
        await using var cluster = await TestPostgres.StartAsync(1, options => options.Password = "sesame42");
        await using var source = cluster.Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(source)
            .AddHealthChecks().AddRoutingDataSource(tags: ["db"]).Services.BuildServiceProvider();
        var checks = services.GetRequiredService<HealthCheckService>();

        await Until.TrueAsync(async () => (await CheckAsync()).Status == HealthStatus.Healthy, "health");
        var healthy = await CheckAsync();
        Assert.Equal(["node1", "node2"], healthy.Data.Keys.Order());
        Assert.Contains("replica, serves reads, weight 1, 0 bytes", healthy.Data["node2"].ToString(), StringComparison.Ordinal);

        source.Drain("node2");
        var degraded = await CheckAsync();
        Assert.Equal(HealthStatus.Degraded, degraded.Status);
        Assert.Contains("node2: drained", degraded.Description, StringComparison.Ordinal);
        source.Resume("node2");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);

        await cluster.Primary.KillAsync();
        await Until.TrueAsync(async () => (await CheckAsync()).Status == HealthStatus.Unhealthy, "the loss of the primary");
        var unhealthy = await CheckAsync();
        Assert.Contains("node1: does not answer", unhealthy.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame42", unhealthy.Description + string.Concat(unhealthy.Data.Values), StringComparison.Ordinal);

        async Task<HealthReportEntry> CheckAsync() => (await checks.CheckHealthAsync(check => check.Tags.Contains("db"))).Entries["routing_data_source"];
    }

    [Fact]
    public async Task Check_OfAClusterThatCannotBeReached_IsWhatTheApplicationSays()
    {
        await using var source = RoutingDataSource.Create("Host=127.0.0.1;Port=1;Username=mallory;Password=sesame42");
        await using var services = new ServiceCollection().AddLogging().AddKeyedSingleton("shop", source)
            .AddHealthChecks().AddRoutingDataSource("shop", HealthStatus.Degraded, serviceKey: "shop").Services.BuildServiceProvider();
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.DoesNotContain("mallory", report.Entries["shop"].Description, StringComparison.Ordinal);
        Assert.Null(report.Entries["shop"].Exception);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>The session middleware over a real cluster.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Cookie_WhileReplayIsPaused_BringsReadsToThePrimaryOnAnyInstanceUntilTheReplicasHaveCaughtUp()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await using var other = cluster.Build();
        var keys = new Microsoft.AspNetCore.DataProtection.EphemeralDataProtectionProvider();
        await using var here = await WebHost.StartAsync(source, Map, builder => Share(builder, keys));
        await using var there = await WebHost.StartAsync(other, Map, builder => Share(builder, keys));
        await source.WaitUntilWellAsync();
        await other.WaitUntilWellAsync();
        foreach (var replica in cluster.Replicas)
            await replica.PauseReplayAsync();

        var cookie = await CookieAsync(here, HttpMethod.Post, "/write");
        Assert.NotNull(cookie);
        foreach (var instance in new[] { here, there })
        {
            Assert.Equal("1 Primary ReadYourWrites", await ReadAsync(instance, cookie));
            Assert.Equal("0 Replica ProvenRead", await ReadAsync(instance, null));
        }

        foreach (var replica in cluster.Replicas)
            await replica.ResumeReplayAsync();
        foreach (var instance in new[] { here, there })
            await Until.TrueAsync(async () => await ReadAsync(instance, cookie) == "1 Replica ProvenRead", "the replicas to have caught up");
    }

    [Theory]
    [InlineData("/marked")]
    [InlineData("/pinned")]
    [InlineData("/streamed")]
    public async Task Cookie_OfAWriteThatTheDataSourceDoesNotSee_IsThereWhenItIsTold(string path)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await using var web = await WebHost.StartAsync(source, app =>
        {
            app.UseWhen(context => context.Request.Path == "/pinned", branch => branch.UseRoutingSession(options => options.PinUnsafeMethods = true));
            app.UseWhen(context => context.Request.Path != "/pinned", branch => branch.UseRoutingSession());
            MapEndpoints(app);
            app.MapPost("/marked", async (HttpContext context, RoutingDataSource source) =>
            {
                await WriteAroundAsync(source);
                context.MarkWritten();
            });
            app.MapPost("/pinned", async (RoutingDataSource source) =>
            {
                await WriteAroundAsync(source);
                Assert.Equal(RouteReason.PrimaryScope, (await source.RunAsync("SELECT 1")).Route.Reason);
            });
            app.MapPost("/streamed", async (HttpContext context, RoutingDataSource source) =>
            {
                context.MarkWritten(untilEnd: true);
                await context.Response.WriteAsync("begun");
                await context.Response.Body.FlushAsync();
                await WriteAroundAsync(source);
            });
        });
        await source.WaitUntilWellAsync();
        await cluster.Replicas[0].PauseReplayAsync();
        var cookie = await CookieAsync(web, HttpMethod.Post, path);
        Assert.NotNull(cookie);
        Assert.Equal("1 Primary ReadYourWrites", await ReadAsync(web, cookie));
        await cluster.Replicas[0].ResumeReplayAsync();
    }

    [Fact]
    public async Task Cookie_AfterAReadOrWithoutReadYourWrites_IsNotSent()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await using var web = await WebHost.StartAsync(source, Map);
        await source.WaitUntilWellAsync();
        Assert.Null(await CookieAsync(web, HttpMethod.Get, "/read"));
        await using var forgetful = cluster.Build(options => options.ReadYourWrites = ReadYourWrites.Connection);
        await using var second = await WebHost.StartAsync(forgetful, Map);
        Assert.Null(await CookieAsync(second, HttpMethod.Post, "/write"));
    }

    [Fact]
    public async Task Token_OfAWrite_TakesOneRoundTripAndNotAnInterval()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build(options => (options.ProbeInterval, options.ProbeTimeout) = (TimeSpan.FromDays(1), TimeSpan.FromSeconds(20)));
        await using (await source.OpenConnectionAsync())
        {
            // has the probes started
        }

        // An early probe of the usual kind would take more than an hour here, and a scheduled one a day.
        for (var i = 0; i < 5; i++)
        {
            using var session = RoutingSession.Begin();
            await source.RunAsync("INSERT INTO t VALUES (1)");
            Assert.NotEqual(default, Assert.Single((await session.GetTokenAsync().AsTask().WaitAsync(Until.Longest))!.Entries).Position);
        }
    }

    private static void Share(WebApplicationBuilder builder, Microsoft.AspNetCore.DataProtection.IDataProtectionProvider keys) =>
        Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(builder.Services, keys);

    private static void Map(WebApplication app)
    {
        app.UseRoutingSession();
        MapEndpoints(app);
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapPost("/write", async (RoutingDataSource source) => await source.RunAsync("INSERT INTO t VALUES (1)"));
        app.MapGet("/read", async (RoutingDataSource source) =>
        {
            var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
            return $"{value} {route.Target} {route.Reason}";
        });
    }

    private static async Task WriteAroundAsync(RoutingDataSource source)
    {
        await using var insert = source.PrimaryDataSource.CreateCommand("INSERT INTO t VALUES (1)");
        await insert.ExecuteNonQueryAsync();
    }

    private static async Task<string> ReadAsync(WebHost web, string? cookie)
    {
        using var response = await web.SendAsync(HttpMethod.Get, "/read", cookie: cookie);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private static async Task<string?> CookieAsync(WebHost web, HttpMethod method, string path)
    {
        using var response = await web.SendAsync(method, path);
        _ = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return response.Headers.TryGetValues("Set-Cookie", out var lines) ? lines.Single().Split(';')[0] : null;
    }
}

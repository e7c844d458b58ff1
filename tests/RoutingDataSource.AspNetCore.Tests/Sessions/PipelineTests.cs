using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Sessions;

/// <summary>The middleware among others: errors, streams, compression, caches.</summary>
public sealed class PipelineTests
{
    [Fact]
    public async Task Failure_AfterAWriteInsideOfErrorHandling_StillSendsTheCookie()
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.UseExceptionHandler(error => error.Run(context => context.Response.WriteAsync("sorry")));
                app.UseRoutingSession();
                app.MapPost("/", (FakeCluster cluster) =>
                {
                    cluster.Write();
                    throw new InvalidOperationException("on purpose");
                });
            },
            usesSession: false);
        using var response = await app.SendAsync(HttpMethod.Post, "/");
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("sorry", await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.SessionCookie());
    }

    [Fact]
    public async Task Failure_HandledByRunningThePipelineAgain_SendsOneCookieThatCoversBothRuns()
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.UseExceptionHandler("/write");
                app.UseRouting();
                app.UseRoutingSession();
                app.MapPost("/fail", (FakeCluster cluster) =>
                {
                    cluster.Write();
                    throw new InvalidOperationException("on purpose");
                });
                TestApp.MapWriteAndRead(app);
            },
            usesSession: false);
        using var response = await app.SendAsync(HttpMethod.Post, "/fail");
        var second = await response.Content.ReadAsStringAsync();
        Assert.Equal(second, await app.FloorAsync(response.SentBack()));
    }

    [Fact]
    public async Task Failure_WithoutErrorHandling_IsTheServersAsBefore()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPost("/", (FakeCluster cluster) =>
        {
            cluster.Write();
            throw new InvalidOperationException("on purpose");
        }));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.SendAsync(HttpMethod.Post, "/"));
        Assert.Equal("on purpose", error.Message);
    }

    [Fact]
    public async Task Failure_OfThePosition_CostsTheCookieAndNothingElse()
    {
        await using var app = await TestApp.StartAsync();
        app.Cluster.Error = new TimeoutException("the primary is away");
        using var response = await app.WriteAsync();
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(response.SessionCookie());
        Assert.Equal(["Failed"], app.Counted.Issued);
    }

    [Fact]
    public async Task Write_AfterTheResponseHasStarted_SendsNoCookieAndIsCounted()
    {
        await using var app = await TestApp.StartAsync(app => app.MapGet("/", async (FakeCluster cluster, HttpContext context) =>
        {
            await context.Response.WriteAsync("started ");
            await context.Response.Body.FlushAsync();
            cluster.Write();
            await context.Response.WriteAsync("ended");
        }));
        using var response = await app.SendAsync(HttpMethod.Get, "/");
        Assert.Equal("started ended", await response.Content.ReadAsStringAsync());
        Assert.False(response.Headers.Contains("Set-Cookie"));
        await Eventually.TrueAsync(() => app.Counted.Issued.Any());
        Assert.Equal(["TooLate"], app.Counted.Issued);
    }

    [Fact]
    public async Task Write_StillUnderWayWhenTheResponseStarts_SendsATokenThatLeavesThePositionOpen()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            TestApp.MapWriteAndRead(app);
            app.MapGet("/", async (FakeCluster cluster, HttpContext context) =>
            {
                cluster.State!.BeginWrite(); // a transaction that is committed after the response has begun
                await context.Response.WriteAsync("rows");
                cluster.State.EndWrite(cluster.Now);
            });
            app.MapGet("/moment", (FakeCluster cluster) => $"{cluster.State!.GetMoment(cluster.Now) == cluster.Now}");
        });
        using var response = await app.SendAsync(HttpMethod.Get, "/");
        Assert.Equal("", await app.FloorAsync(response.SentBack())); // no position …
        using var next = await app.SendAsync(HttpMethod.Get, "/moment", response.SentBack());
        Assert.Equal("True", await next.Content.ReadAsStringAsync()); // … but everything that is committed by then
        Assert.Equal(["SentWithoutPosition"], app.Counted.Issued);
        Assert.Equal(0, app.Cluster.Samples);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compression_OnEitherSide_LeavesCookieAndBodyWhole(bool outside)
    {
        var text = new string('x', 10_000);
        await using var app = await TestApp.StartAsync(
            app =>
            {
                if (outside)
                    app.UseResponseCompression();
                app.UseRoutingSession();
                if (!outside)
                    app.UseResponseCompression();
                app.MapPost("/", (FakeCluster cluster) =>
                {
                    cluster.Write();
                    return Results.Text(text);
                });
            },
            services: services => services.AddResponseCompression(),
            usesSession: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        using var response = await app.Client.SendAsync(request);
        Assert.NotNull(response.SessionCookie());
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var body = new System.IO.Compression.GZipStream(await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(body);
        Assert.Equal(text, await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Caches_OnEitherSide_HandNobodysCookieOut(bool outside)
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                if (!outside)
                    app.UseRoutingSession();
                app.UseResponseCaching();
                app.UseOutputCache();
                if (outside)
                    app.UseRoutingSession();
                app.MapGet("/response", (FakeCluster cluster, HttpContext context) =>
                {
                    cluster.Write();
                    context.Response.Headers.CacheControl = "public, max-age=60";
                    return "page";
                });
                app.MapGet("/output", (FakeCluster cluster) =>
                {
                    cluster.Write();
                    return "page";
                }).CacheOutput();
            },
            services: services => services.AddResponseCaching().AddOutputCache(),
            usesSession: false);
        foreach (var path in new[] { "/response", "/output" })
        {
            using var first = await app.SendAsync(HttpMethod.Get, path);
            Assert.NotNull(first.SessionCookie());
            using var second = await app.SendAsync(HttpMethod.Get, path);
            if (second.Headers.Age is not null) // served from a cache that sits outside
                Assert.Null(second.SessionCookie());
            Assert.NotEqual(first.SessionCookie(), second.SessionCookie());
        }
    }

    [Fact]
    public async Task Session_OfARequest_IsItsOwnAndEndsWithIt()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            TestApp.MapWriteAndRead(app);
            app.MapGet("/fresh", async (FakeCluster cluster) =>
            {
                Assert.False(RoutingSession.Current!.HasWritten);
                await Task.Yield();
                cluster.Write();
            });
        });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await app.SendAsync(HttpMethod.Get, "/fresh")).EnsureSuccessStatusCode().Dispose()));
        Assert.Null(RoutingSession.Current);
        await Eventually.TrueAsync(() => app.Cluster.Ended.Count == 50);
        Assert.Equal(50, app.Cluster.Ended.Distinct().Count());
    }

    [Fact]
    public async Task Work_ThatOutlivesItsRequest_IsNotInItsSession()
    {
        var (go, done) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        await using var app = await TestApp.StartAsync(app => app.MapGet("/", (FakeCluster cluster) =>
        {
            var ofRequest = cluster.State;
            _ = Task.Run(async () =>
            {
                await go.Task;
                using var own = RoutingSession.Begin();
                done.SetResult(own.StateFor(cluster) == ofRequest);
            });
        }));
        using var response = await app.SendAsync(HttpMethod.Get, "/");
        await Eventually.TrueAsync(() => app.Cluster.Ended.Count == 1);
        go.SetResult();
        Assert.False(await done.Task);
    }

    [Fact]
    public async Task Invoke_WhenItReturns_LeavesItsCallerOutsideOfTheSession()
    {
        var (inside, outside) = (false, true);
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.Use(async (context, next) =>
                {
                    var task = next(context);
                    outside = RoutingSession.Current is null;
                    await task;
                });
                app.UseRoutingSession();
                app.Run(_ =>
                {
                    inside = RoutingSession.Current is not null;
                    return Task.CompletedTask;
                });
            },
            usesSession: false);
        using var response = await app.SendAsync(HttpMethod.Get, "/");
        Assert.Equal((true, true), (inside, outside));
    }

    [Fact]
    public async Task Invoke_WhereTheContextDoesNotFlow_WorksAndLeaksNothing()
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.Use((context, next) =>
                {
                    using (ExecutionContext.SuppressFlow())
                    {
                        var task = next(context);
                        Assert.Null(RoutingSession.Current);
                        return task;
                    }
                });
                app.UseRoutingSession();
                app.Run(context =>
                {
                    context.RequestServices.GetRequiredService<FakeCluster>().Write();
                    return Task.CompletedTask;
                });
            },
            usesSession: false);
        using var response = await app.SendAsync(HttpMethod.Get, "/");
        Assert.NotNull(response.SessionCookie());
    }
}

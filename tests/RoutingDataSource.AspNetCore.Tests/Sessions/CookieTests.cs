using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Sessions;

public sealed class CookieTests
{
    [Fact]
    public async Task Response_RequestThatDidNotWrite_HasNoCookieAndIsLeftAlone()
    {
        await using var app = await TestApp.StartAsync();
        using var response = await app.SendAsync(HttpMethod.Get, "/read");
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.Null(response.CacheControl());
        Assert.Equal(0, app.Cluster.Samples);
        Assert.Empty(app.Counted.Issued);
    }

    [Fact]
    public async Task Response_RequestThatWrote_HasTheCookieWithItsDefaults()
    {
        await using var app = await TestApp.StartAsync();
        using var response = await app.WriteAsync();
        Assert.Matches(@"^\.Routing\.Session=[A-Za-z0-9_-]{100,300}; max-age=15; path=/; samesite=lax; httponly$", response.SessionCookie());
        Assert.Equal("no-store", response.CacheControl());
        Assert.Equal(["Sent"], app.Counted.Issued);
        Assert.Equal(1, app.Cluster.Samples); // one round trip at most
    }

    [Fact]
    public async Task Response_OverHttps_HasASecureCookie()
    {
        await using var app = await TestApp.StartAsync();
        using var response = await app.SendAsync(HttpMethod.Post, "https://localhost/write");
        Assert.EndsWith("; secure; samesite=lax; httponly", response.SessionCookie(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Response_WithOptions_HasTheCookieThatTheySay()
    {
        await using var app = await TestApp.StartAsync(options =>
        {
            options.Cookie.Name = TestApp.CookieName + "2";
            options.Cookie.Path = "/app";
            options.Cookie.Domain = "example.org";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            options.Cookie.HttpOnly = false;
            options.Lifetime = TimeSpan.FromSeconds(2.5);
        });
        using var response = await app.WriteAsync();
        Assert.Matches(@"^\.Routing\.Session2=\S+; max-age=3; domain=example\.org; path=/app; secure; samesite=strict$", response.SessionCookie());
    }

    [Fact]
    public async Task NextRequest_WithTheCookie_SeesTheWrite()
    {
        await using var app = await TestApp.StartAsync();
        using var written = await app.WriteAsync();
        Assert.Equal(await written.Content.ReadAsStringAsync(), await app.FloorAsync($"other=1; {written.SentBack()}; more=.Routing.Session"));
        Assert.Equal(["Accepted"], app.Counted.Received);
        Assert.Equal("", await app.FloorAsync(null));
        Assert.Equal("", await app.FloorAsync("other=.Routing.Session"));
        Assert.Equal(["Accepted"], app.Counted.Received); // nobody else's cookie counts
    }

    [Fact]
    public async Task NextWrite_WithTheCookie_SendsATokenThatCoversBoth()
    {
        await using var app = await TestApp.StartAsync();
        using var first = await app.WriteAsync();
        using var second = await app.WriteAsync(first.SentBack());
        Assert.NotEqual(first.SentBack(), second.SentBack());
        Assert.Equal(await second.Content.ReadAsStringAsync(), await app.FloorAsync(second.SentBack()));
    }

    [Fact]
    public async Task ParallelRequests_WhicheverResponseStartsLast_CoversTheOthersWrites()
    {
        var (entered, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await TestApp.StartAsync(app =>
        {
            TestApp.MapWriteAndRead(app);
            app.MapPost("/slow", async (FakeCluster cluster) =>
            {
                var position = cluster.Write();
                _ = await RoutingSession.Current!.GetTokenAsync(); // its own position is known from here on
                cluster.State!.SetFloor(new(position), 1, cluster.Now);
                entered.SetResult();
                await go.Task;
            });
        });
        var slow = app.SendAsync(HttpMethod.Post, "/slow");
        await entered.Task;
        using var quick = await app.WriteAsync();
        go.SetResult();
        using var last = await slow;
        var needed = ulong.Parse(await quick.Content.ReadAsStringAsync(), null);
        Assert.InRange(ulong.Parse(await app.FloorAsync(last.SentBack()), null), needed, ulong.MaxValue);
    }

    [Fact]
    public async Task NextRequest_AfterTheLifetime_StandsOnItsOwn()
    {
        await using var app = await TestApp.StartAsync();
        using var written = await app.WriteAsync();
        app.Clock.Now += TimeSpan.FromSeconds(15);
        Assert.NotEqual("", await app.FloorAsync(written.SentBack()));
        app.Clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.Equal("", await app.FloorAsync(written.SentBack()));
        app.Clock.Now -= TimeSpan.FromMinutes(1); // issued in what is the future here
        Assert.Equal("", await app.FloorAsync(written.SentBack()));
        Assert.Equal(["Accepted", "Stale", "Stale"], app.Counted.Received);
    }

    public static TheoryData<string, string> Rubbish => new()
    {
        { "x", "Malformed" },
        { "!", "Malformed" },
        { "%00%0d%0a", "Malformed" },
        { "'; DROP TABLE messages; --", "Malformed" },
        { "AAAA", "Forged" },
        { "CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "Forged" },
        { new('A', 1024), "Forged" },
        { new('A', 1025), "Oversized" },
        { new('A', 15_000), "Oversized" },
    };

    [Theory]
    [MemberData(nameof(Rubbish))]
    public async Task Request_WithARubbishCookie_IsServedAsWithoutAndCounted(string value, string expected)
    {
        await using var app = await TestApp.StartAsync();
        Assert.Equal("", await app.FloorAsync($"{TestApp.CookieName}={value}"));
        Assert.Equal([expected], app.Counted.Received);
        using var written = await app.WriteAsync($"{TestApp.CookieName}={value}");
        Assert.NotNull(written.SessionCookie());
    }

    [Fact]
    public async Task Request_WithEveryPossibleChangeOfACharacter_IsServed()
    {
        await using var app = await TestApp.StartAsync();
        using var written = await app.WriteAsync();
        var good = written.SentBack()!;
        var first = TestApp.CookieName.Length + 1;
        for (var i = first; i < good.Length - 1; i++) // the last character has bits that mean nothing
        {
            var changed = $"{good[..i]}{(good[i] == 'A' ? 'B' : 'A')}{good[(i + 1)..]}";
            Assert.Equal("", await app.FloorAsync(changed));
            Assert.Equal("", await app.FloorAsync(good[..i]));
        }

        Assert.DoesNotContain("Accepted", app.Counted.Received);
    }

    [Fact]
    public async Task Request_WithATokenOfAnotherApplication_IsServedAsWithout()
    {
        await using var here = await TestApp.StartAsync();
        await using var there = await TestApp.StartAsync(); // other keys
        using var written = await there.WriteAsync();
        Assert.Equal("", await here.FloorAsync(written.SentBack()));
        Assert.Equal(["Forged"], here.Counted.Received);
    }

    [Fact]
    public async Task Request_WithABareTokenWhereTokensAreProtected_IsServedAsWithout()
    {
        await using var app = await TestApp.StartAsync();
        Assert.Equal("", await app.FloorAsync($"{TestApp.CookieName}={new ConsistencyToken([new(7, 3, new(99))])}"));
        Assert.Equal(["Forged"], app.Counted.Received);
    }

    [Theory]
    [InlineData(null, "no-store")]
    [InlineData("", "no-store")]
    [InlineData("public, max-age=60", "no-store")]
    [InlineData("max-age=60", "no-store")]
    [InlineData("no-cache", "no-store")]
    [InlineData("not ( valid", "no-store")]
    [InlineData("private, max-age=60", "max-age=60, private")]
    [InlineData("no-store, no-cache", "no-store, no-cache")]
    public async Task CacheControl_RequestThatWrote_IsOfOneClient(string? application, string expected)
    {
        await using var app = await TestApp.StartAsync(app => app.MapGet("/", (FakeCluster cluster, HttpContext context) =>
        {
            cluster.Write();
            context.Response.Headers.CacheControl = application;
            context.Response.Headers["CDN-Cache-Control"] = "max-age=60";
        }));
        using var response = await app.SendAsync(HttpMethod.Get, "/");
        Assert.Equal(expected, response.CacheControl());
        Assert.NotNull(response.SessionCookie());
        Assert.False(response.Headers.Contains("CDN-Cache-Control"));
    }

    [Fact]
    public async Task CacheControl_PinnedRequestThatDidNotWrite_IsTheApplications()
    {
        await using var app = await TestApp.StartAsync(app =>
        {
            TestApp.MapWriteAndRead(app);
            app.MapGet("/public", (FakeCluster cluster, HttpContext context) =>
            {
                Assert.NotNull(cluster.Floor);
                context.Response.Headers.CacheControl = "public, max-age=60";
            });
            app.MapGet("/plain", () => "");
        });
        using var written = await app.WriteAsync();
        using var cached = await app.SendAsync(HttpMethod.Get, "/public", written.SentBack());
        Assert.Equal("public, max-age=60", cached.CacheControl());
        using var plain = await app.SendAsync(HttpMethod.Get, "/plain", written.SentBack());
        Assert.Null(plain.CacheControl());
    }
}

using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Sessions;

/// <summary>Clients that send whatever they like, and leave when they like.</summary>
public sealed class HostileTests
{
    [Theory]
    [InlineData(RoutingTokenTransport.Cookie)]
    [InlineData(RoutingTokenTransport.Header)]
    public async Task Requests_WithRandomValues_AreServedAndCounted(RoutingTokenTransport transport)
    {
        await using var app = await TestApp.StartAsync(options => options.Transport = transport);
        var random = new Random(20261122);
        for (var i = 0; i < 500; i++)
        {
            var value = new StringBuilder();
            var isLong = i % 50 == 0; // of letters, which nothing cuts
            var length = isLong ? random.Next(2000, 200_000) : random.Next(1, 600);
            for (var j = 0; j < length; j++)
                value.Append((char)(isLong ? random.Next('a', 'z') : random.Next(0x21, i % 2 == 0 ? 0x7F : 0x2FF)));
            var text = value.ToString();
            using var response = transport == RoutingTokenTransport.Cookie
                ? await app.SendAsync(HttpMethod.Get, "/read", $"{TestApp.CookieName}={text}")
                : await app.SendAsync(HttpMethod.Get, "/read", header: ("Routing-Token", text));
            Assert.Equal((200, ""), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        Assert.DoesNotContain("Accepted", app.Counted.Received);
        Assert.Contains("Malformed", app.Counted.Received);
        Assert.Contains("Oversized", app.Counted.Received);
    }

    [Fact]
    public async Task Requests_OfManyClientsAtOnce_HaveEachItsOwnFloor()
    {
        await using var app = await TestApp.StartAsync();
        var cookies = new List<(string Cookie, string Floor)>();
        for (var i = 0; i < 10; i++)
        {
            using var written = await app.WriteAsync();
            cookies.Add((written.SentBack()!, await written.Content.ReadAsStringAsync()));
        }

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(async () =>
        {
            var (cookie, floor) = i % 3 == 0 ? ($"{TestApp.CookieName}=rubbish{i}", "") : cookies[i % cookies.Count];
            Assert.Equal(floor, await app.FloorAsync(cookie));
        })));
    }

    [Fact]
    public async Task Request_WithTheCookieManyTimes_IsServed()
    {
        await using var app = await TestApp.StartAsync();
        using var written = await app.WriteAsync();
        var many = string.Join("; ", Enumerable.Repeat($"{TestApp.CookieName}=rubbish", 500));
        using var response = await app.SendAsync(HttpMethod.Get, "/read", $"{many}; {written.SentBack()}; {many}");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Single(app.Counted.Received);
    }

    [Fact]
    public async Task Request_WithATokenOfAnotherCluster_IsServedWithoutItsPosition()
    {
        await using var app = await TestApp.StartAsync();
        var identity = app.Cluster.Identity;
        app.Cluster.Identity = (8, 3, 1);
        using var written = await app.WriteAsync();
        app.Cluster.Identity = identity;
        Assert.Equal("", await app.FloorAsync(written.SentBack()));
        Assert.Equal(["Accepted"], app.Counted.Received); // it is ours: the core decides what it is worth here
    }

    [Fact]
    public async Task Request_WhereTheProtectorThrowsWhatItLikes_IsServedWithoutATokenEitherWay()
    {
        await using var app = await TestApp.StartAsync(
            TestApp.MapWriteAndRead, services: services => services.AddSingleton<IDataProtectionProvider>(new BrokenProtection()));
        using var written = await app.WriteAsync($"{TestApp.CookieName}=AAAA");
        Assert.Equal(200, (int)written.StatusCode);
        Assert.Null(written.SessionCookie());
        Assert.Equal(["Forged"], app.Counted.Received);
        Assert.Equal(["Failed"], app.Counted.Issued);
    }

    [Theory]
    [InlineData("GET", false)]
    [InlineData("HEAD", false)]
    [InlineData("OPTIONS", false)]
    [InlineData("TRACE", false)]
    [InlineData("POST", true)]
    [InlineData("DELETE", true)]
    [InlineData("PURGE", true)]
    public async Task PinUnsafeMethods_ByTheMethod_RunsOnThePrimary(string method, bool isPinned)
    {
        await using var app = await TestApp.StartAsync(
            app => app.Run(context => context.Response.WriteAsync($"{RoutingSession.ForcedTarget}")), options => options.PinUnsafeMethods = true);
        using var response = await app.SendAsync(new(method), "/");
        var body = await response.Content.ReadAsStringAsync();
        Assert.Equal(isPinned && method != "HEAD" ? "Primary" : "", body);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("GET")]
    public async Task Write_ByAMethodThatShouldNot_SendsTheCookie(string method)
    {
        await using var app = await TestApp.StartAsync(app => app.Run(context =>
        {
            context.RequestServices.GetRequiredService<FakeCluster>().Write();
            return Task.CompletedTask;
        }));
        using var response = await app.SendAsync(new(method), "/");
        Assert.NotNull(response.SessionCookie());
        Assert.Equal("no-store", response.CacheControl());
    }

    [Fact]
    public async Task Client_WhoLeavesAfterAWrite_EndsTheSessionWithoutAnError()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPost("/", (FakeCluster cluster, HttpContext context) =>
        {
            cluster.Write();
            context.Abort();
        }));
        await Assert.ThrowsAnyAsync<Exception>(() => app.SendAsync(HttpMethod.Post, "/"));
        await Eventually.TrueAsync(() => app.Cluster.Ended.Count == 1);
        Assert.DoesNotContain("Failed", app.Counted.Issued);
    }

    /// <summary>Whose keys are in a store that is away.</summary>
    private sealed class BrokenProtection : IDataProtectionProvider, IDataProtector
    {
        public IDataProtector CreateProtector(string purpose) => this;

        public byte[] Protect(byte[] plaintext) => throw new TimeoutException("the store is away");

        public byte[] Unprotect(byte[] protectedData) => throw new TimeoutException("the store is away");
    }
}

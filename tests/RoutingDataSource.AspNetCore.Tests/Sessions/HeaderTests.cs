using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Sessions;

public sealed class HeaderTests
{
    private const string Name = "Routing-Token";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_BothDirections_TravelsInTheHeader(bool protect)
    {
        await using var app = await TestApp.StartAsync(options => (options.Transport, options.Protect) = (RoutingTokenTransport.Header, protect));
        using var written = await app.WriteAsync();
        Assert.False(written.Headers.Contains("Set-Cookie"));
        Assert.Equal("no-store", written.CacheControl());
        var token = Assert.Single(written.Headers.GetValues(Name));
        Assert.Equal(!protect, ConsistencyToken.TryParse(token, out _));

        using var read = await app.SendAsync(HttpMethod.Get, "/read", header: (Name, token));
        Assert.Equal(await written.Content.ReadAsStringAsync(), await read.Content.ReadAsStringAsync());
        Assert.False(read.Headers.Contains(Name));
        Assert.Equal(["Accepted"], app.Counted.Received);
    }

    [Theory]
    [InlineData("rubbish, more", "Malformed")]
    [InlineData("AAAA", "Forged")]
    public async Task Request_WithARubbishHeader_IsServedAsWithout(string value, string expected)
    {
        await using var app = await TestApp.StartAsync(options => options.Transport = RoutingTokenTransport.Header);
        using var response = await app.SendAsync(HttpMethod.Get, "/read", header: (Name, value));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal([expected], app.Counted.Received);
    }

    [Fact]
    public async Task Request_WithTheHeaderTwice_IsServedAsWithout()
    {
        await using var app = await TestApp.StartAsync(options => (options.Transport, options.Protect) = (RoutingTokenTransport.Header, false));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/read");
        var token = new ConsistencyToken([new(7, 3, new(99))]).ToString();
        request.Headers.Add(Name, [token, token]);
        using var response = await app.Client.SendAsync(request);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
        Assert.Equal(["Malformed"], app.Counted.Received);
    }

    [Fact]
    public async Task Branches_WithOptionsOfTheirOwn_UseEachItsTransport()
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.UseWhen(context => context.Request.Path == "/read", api => api.UseRoutingSession(options => options.Transport = RoutingTokenTransport.Header));
                app.UseWhen(context => context.Request.Path != "/read", pages => pages.UseRoutingSession());
                TestApp.MapWriteAndRead(app);
            },
            usesSession: false);
        using var written = await app.WriteAsync();
        var value = written.SentBack()![(TestApp.CookieName.Length + 1)..];
        using var read = await app.SendAsync(HttpMethod.Get, "/read", header: (Name, value));
        Assert.Equal(await written.Content.ReadAsStringAsync(), await read.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task UseRoutingSession_WrongOptions_ListsAllThatIsWrong()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApp.StartAsync(options =>
        {
            options.Lifetime = TimeSpan.Zero;
            options.Cookie.Name = "a b";
            options.Cookie.SameSite = SameSiteMode.None;
            options.Cookie.SecurePolicy = CookieSecurePolicy.None;
        }));
        Assert.Contains("Lifetime is 00:00:00", error.Message, StringComparison.Ordinal);
        Assert.Contains("Cookie.Name is 'a b'", error.Message, StringComparison.Ordinal);
        Assert.Contains("SameSite=None", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UseRoutingSession_WithoutItsServices_SaysWhatToCall()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var error = Assert.Throws<InvalidOperationException>(() => new ApplicationBuilder(services).UseRoutingSession());
        Assert.Contains("AddRoutingSession", error.Message, StringComparison.Ordinal);
    }
}

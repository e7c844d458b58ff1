using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ReplicaRouting.AspNetCore.Tests.Infrastructure;

/// <summary>An application in this process, with a clock that stands still.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    public const string CookieName = ".Routing.Session";

    private TestApp(WebApplication app)
    {
        App = app;
        Client = app.GetTestServer().CreateClient(); // keeps no cookies
        Counted = new(app.Services);
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public Counted Counted { get; }

    public FakeCluster Cluster => App.Services.GetRequiredService<FakeCluster>();

    public Clock Clock => App.Services.GetRequiredService<Clock>();

    public static async Task<TestApp> StartAsync(
        Action<WebApplication> configure, Action<RoutingSessionOptions>? options = null, Action<IServiceCollection>? services = null, bool usesSession = true)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddRoutingSession(options);
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.Services.AddSingleton<FakeCluster>();
        builder.Services.AddSingleton<Clock>();
        builder.Services.AddSingleton<TimeProvider>(provider => provider.GetRequiredService<Clock>());
        services?.Invoke(builder.Services);
        var app = builder.Build();
        if (usesSession)
            app.UseRoutingSession();
        configure(app);
        await app.StartAsync();
        return new(app);
    }

    /// <summary>An application whose <c>/write</c> writes and whose <c>/read</c> answers with the floor that the session has.</summary>
    public static Task<TestApp> StartAsync(Action<RoutingSessionOptions>? options = null) => StartAsync(MapWriteAndRead, options);

    public static void MapWriteAndRead(WebApplication app)
    {
        app.MapPost("/write", (FakeCluster cluster) => Results.Text($"{cluster.Write()}"));
        app.MapGet("/read", (FakeCluster cluster) => Results.Text($"{cluster.Floor?.Value}"));
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookie = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        if (header is { } extra)
            request.Headers.TryAddWithoutValidation(extra.Name, extra.Value);
        return await Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> WriteAsync(string? cookie = null) => SendAsync(HttpMethod.Post, "/write", cookie);

    /// <summary>The floor of a session that begins with this cookie.</summary>
    public async Task<string> FloorAsync(string? cookie)
    {
        using var response = await SendAsync(HttpMethod.Get, "/read", cookie);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Counted.Dispose();
        Client.Dispose();
        await App.DisposeAsync();
    }
}

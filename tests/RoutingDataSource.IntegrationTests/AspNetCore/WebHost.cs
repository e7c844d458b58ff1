using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>An application on loopback over a data source of a test.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private WebHost(WebApplication app)
    {
        App = app;
        Client = new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new(app.Urls.Single()) };
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public static async Task<WebHost> StartAsync(RoutingDataSource source, Action<WebApplication> configure, Action<WebApplicationBuilder>? build = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.Services.AddSingleton(source);
        builder.Services.AddRoutingSession();
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        build?.Invoke(builder);
        var app = builder.Build();
        configure(app);
        await app.StartAsync();
        return new(app);
    }

    /// <summary>Whoever sends <c>User: name</c> is that user.</summary>
    public static void AddUsers(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderUsers>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("operators", policy => policy.RequireUserName("operator"));
        builder.Services.AddAntiforgery();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? user = null, string? cookie = null, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(method, path);
        if (user is not null)
            request.Headers.Add("User", user);
        if (cookie is not null)
            request.Headers.Add("Cookie", cookie);
        if (form.Length > 0)
            request.Content = new FormUrlEncodedContent(form.Select(each => KeyValuePair.Create(each.Name, each.Value)));
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }

    private sealed class HeaderUsers(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers.TryGetValue("User", out var user)
                ? AuthenticateResult.Success(new(new(new ClaimsIdentity([new Claim(ClaimTypes.Name, user.ToString())], "header")), "header"))
                : AuthenticateResult.NoResult());
    }
}

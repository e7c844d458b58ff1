using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Sessions;

public sealed class UsePrimaryTests
{
    [Theory]
    [InlineData("/plain", "")]
    [InlineData("/convention", "Primary")]
    [InlineData("/attribute", "Primary")]
    [InlineData("/group/endpoint", "Primary")]
    [InlineData("/controller/whole", "Primary")]
    [InlineData("/controller/apart", "")]
    public async Task Endpoint_ThatAsksForIt_RunsOnThePrimaryThroughout(string path, string expected)
    {
        await using var app = await TestApp.StartAsync(
            app =>
            {
                app.MapGet("/plain", Target);
                app.MapGet("/convention", Target).UsePrimary();
                app.MapGet("/attribute", [UsePrimary] async () =>
                {
                    await Task.Yield();
                    return Target();
                });
                app.MapGroup("/group").UsePrimary().MapGet("/endpoint", Target);
                app.MapControllers();
            },
            services: services => services.AddControllers().AddApplicationPart(typeof(UsePrimaryTests).Assembly)
                .ConfigureApplicationPartManager(manager => manager.FeatureProviders.Add(new OnlyController())));
        using var response = await app.SendAsync(HttpMethod.Get, path);
        Assert.Equal(expected, await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        Assert.Null(RoutingSession.ForcedTarget);
    }

    [Theory]
    [InlineData("/Whole", "Primary Primary")]
    [InlineData("/Plain", "nowhere")]
    public async Task RazorPage_WhoseModelAsksForIt_RunsOnThePrimaryWithItsView(string path, string expected)
    {
        await using var app = await TestApp.StartAsync(
            app => app.MapRazorPages(),
            services: services => services.AddRazorPages().AddApplicationPart(typeof(UsePrimaryTests).Assembly));
        using var response = await app.SendAsync(HttpMethod.Get, path);
        Assert.Equal(expected, (await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).Trim());
        Assert.Null(RoutingSession.ForcedTarget);
    }

    [Fact]
    public async Task MarkWritten_WithoutADataSource_SaysWhatToRegister()
    {
        await using var app = await TestApp.StartAsync(app => app.MapPost("/", (HttpContext context) => context.MarkWritten()));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.SendAsync(HttpMethod.Post, "/"));
        Assert.Contains("AddRoutingDataSource", error.Message, StringComparison.Ordinal);
    }

    private static string Target() => RoutingSession.ForcedTarget?.ToString() ?? "";

    private sealed class OnlyController : Microsoft.AspNetCore.Mvc.Controllers.ControllerFeatureProvider
    {
        protected override bool IsController(System.Reflection.TypeInfo typeInfo) => typeInfo.AsType() == typeof(TargetController);
    }

    [UsePrimary]
    [Route("controller")]
    internal sealed class TargetController : ControllerBase
    {
        [HttpGet("whole")]
        public string Whole() => HttpContext.Request.Method == "GET" ? Target() : "";

        [HttpGet("apart")]
        [UsePrimary(false)]
        public string Apart() => HttpContext.Request.Method == "GET" ? Target() : "";
    }
}

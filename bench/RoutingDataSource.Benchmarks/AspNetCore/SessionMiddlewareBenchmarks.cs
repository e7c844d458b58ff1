using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ReplicaRouting.AspNetCore;
using ReplicaRouting.AspNetCore.Diagnostics;
using ReplicaRouting.AspNetCore.Sessions;

namespace ReplicaRouting.Benchmarks.AspNetCore;

/// <summary>What the session middleware adds to a request that does not write. The request's objects are a server's, which uses them again, so only
/// what the middleware itself does and allocates is seen. An <c>HttpContextAccessor</c> and a logging scope flow along, as in an application.</summary>
public class SessionMiddlewareBenchmarks
{
    private static readonly AsyncLocal<object?> Accessor = new();
    private static readonly AsyncLocal<object?> Scope = new();

    private readonly ReusedResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private readonly DefaultHttpContext _withCookie = new();
    private RequestDelegate _bare = null!;
    private RequestDelegate _routed = null!;

    [GlobalSetup]
    public void SetUp()
    {
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var protection = new EphemeralDataProtectionProvider();
        _bare = static _ => Task.CompletedTask;
        var middleware = new RoutingSessionMiddleware(
            _bare, new RoutingSessionOptions { Lifetime = TimeSpan.FromMinutes(1) }, new SessionMetrics(services.GetRequiredService<IMeterFactory>()),
            protection, NullLogger<RoutingSessionMiddleware>.Instance);
        _routed = middleware.InvokeAsync;
        _context.Features.Set<IHttpResponseFeature>(_response);
        _withCookie.Features.Set<IHttpResponseFeature>(_response);
        var token = new TokenCodec(protection.CreateProtector(TokenCodec.Purpose), TimeProvider.System).Encode(new([new(7, 3, new(99))]));
        _withCookie.Request.Headers.Cookie = $"session=0123456789; .Routing.Session={token}";
        Accessor.Value = _context;
        Scope.Value = _context;
    }

    [Benchmark(Baseline = true, Description = "without the middleware")]
    public Task Bare() => RunAsync(_bare, _context);

    [Benchmark(Description = "with it, a request that does not write")]
    public Task Routed() => RunAsync(_routed, _context);

    [Benchmark(Description = "with it, a request with a token that does not write")]
    public Task RoutedWithCookie() => RunAsync(_routed, _withCookie);

    private Task RunAsync(RequestDelegate pipeline, HttpContext context)
    {
        Accessor.Value ??= _context;
        var task = pipeline(context);
        _response.Run();
        return task;
    }

    /// <summary>Keeps its stacks of callbacks from request to request, as Kestrel's does.</summary>
    private sealed class ReusedResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
        private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

        public void Run()
        {
            while (_starting.TryPop(out var starting))
                _ = starting.Callback(starting.State);
            while (_completed.TryPop(out var completed))
                _ = completed.Callback(completed.State);
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ReplicaRouting.AspNetCore;
using ReplicaRouting.AspNetCore.Diagnostics;
using ReplicaRouting.AspNetCore.Sessions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Makes each request a session.</summary>
public static class RoutingSessionApplicationBuilderExtensions
{
    /// <summary>Makes each request a <see cref="ReplicaRouting.RoutingSession"/>. The response of a request that wrote carries a token; the requests that the client sends
    /// with it see those writes, on any instance of the application.</summary>
    /// <remarks>Place it after error handling and routing, and before whatever uses the database. With options of its own it may be called for
    /// several branches: cookies for pages, a header for an API.</remarks>
    /// <param name="app">The application.</param>
    /// <param name="configure">Changes the options that <c>AddRoutingSession</c> set, for this call; <see langword="null"/> for nothing.</param>
    /// <returns>The application.</returns>
    /// <exception cref="InvalidOperationException"><c>services.AddRoutingSession()</c> was not called, or the options are wrong; the message lists
    /// everything that is.</exception>
    public static IApplicationBuilder UseRoutingSession(this IApplicationBuilder app, Action<RoutingSessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<SessionMetrics>() is null)
            throw new InvalidOperationException("UseRoutingSession needs its services: call services.AddRoutingSession().");
        var options = app.ApplicationServices.GetRequiredService<IOptions<RoutingSessionOptions>>().Value.Copy();
        configure?.Invoke(options);
        var problems = options.FindProblems().ToList();
        if (problems.Count > 0)
            throw new InvalidOperationException($"The options of UseRoutingSession are wrong: {string.Join("; ", problems)}.");
        return app.UseMiddleware<RoutingSessionMiddleware>(options);
    }
}

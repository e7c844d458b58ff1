using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ReplicaRouting.AspNetCore;
using ReplicaRouting.AspNetCore.Status;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the status page.</summary>
public static class RoutingStatusEndpointRouteBuilderExtensions
{
    /// <summary>Maps a page that shows the nodes: role, weight, lag, connections in use, reads per second and why, as HTML and with <c>?format=json</c> as
    /// JSON. It needs no other file, no JavaScript, and works under a strict Content-Security-Policy, which it sends itself.</summary>
    /// <remarks>It shows names of nodes and numbers, never addresses, connection strings, SQL or users, so it may be left open; add
    /// <c>RequireAuthorization</c> to close it. Looking at it has the data source count commands, until five minutes after the last look.</remarks>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="configure">Changes the options; <see langword="null"/> for the defaults.</param>
    /// <returns>The endpoints, for further conventions.</returns>
    /// <exception cref="InvalidOperationException">Draining is enabled and authorization or anti-forgery is not registered.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="RoutingStatusOptions.Refresh"/> is less than a second.</exception>
    public static IEndpointConventionBuilder MapRoutingStatus(
        this IEndpointRouteBuilder endpoints, string pattern = "/routing", Action<RoutingStatusOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var options = new RoutingStatusOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Refresh, TimeSpan.FromSeconds(1));
        var page = new StatusEndpoint(options);
        var group = endpoints.MapGroup(pattern);
        group.MapGet("", page.ShowAsync).WithDisplayName("Routing status");
        if (options.DrainPolicy is { } policy)
        {
            if (endpoints.ServiceProvider.GetService<IAuthorizationService>() is null)
                throw new InvalidOperationException("DrainPolicy needs authorization: call services.AddAuthorization() and add the policy.");
            if (endpoints.ServiceProvider.GetService<IAntiforgery>() is null)
                throw new InvalidOperationException("DrainPolicy needs anti-forgery: call services.AddAntiforgery().");
            group.MapPost("", page.ChangeAsync).RequireAuthorization(policy).WithDisplayName("Routing status: drain or resume");
        }

        return group;
    }
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ReplicaRouting.AspNetCore.Diagnostics;
using ReplicaRouting.AspNetCore.Sessions;

namespace ReplicaRouting.AspNetCore.Status;

/// <summary>Answers the requests for the status page.</summary>
internal sealed class StatusEndpoint(RoutingStatusOptions options)
{
    public async Task ShowAsync(HttpContext context)
    {
        var source = RoutingSources.Get(context.RequestServices, options.ServiceKey);
        var (statistics, shadow) = (source.GetStatistics(), source.GetShadowReport());
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (string.Equals(context.Request.Query["format"], "json", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentType = "application/json; charset=utf-8";
            await response.Body.WriteAsync(StatusJson.Write(statistics, shadow), context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        response.Headers["Referrer-Policy"] = "no-referrer";
        var token = await MayChangeAsync(context).ConfigureAwait(false)
            ? context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context) : null;
        var isLive = context.Request.Query["refresh"] != "off";
        var page = new StatusPage(options, nonce, isLive, token?.FormFieldName, token?.RequestToken, context.Request.PathBase + context.Request.Path);
        await response.WriteAsync(page.Write(statistics, shadow), context.RequestAborted).ConfigureAwait(false);
    }

    public async Task ChangeAsync(HttpContext context)
    {
        if (!await IsOurFormAsync(context).ConfigureAwait(false))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var source = RoutingSources.Get(context.RequestServices, options.ServiceKey);
        var form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        var (node, change) = (form["node"].ToString(), form["change"].ToString());
        if (!source.Cluster.Nodes.Any(each => each.Name == node) || change is not ("drain" or "resume"))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (change == "drain")
            source.Drain(node);
        else
            source.Resume(node);
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("ReplicaRouting.AspNetCore");
        Log.NodeChanged(logger, context.User.Identity?.Name ?? "somebody", node, change);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = (context.Request.PathBase + context.Request.Path).ToUriComponent();
    }

    // Anti-forgery throws where a form cannot be read at all.
    private static async Task<bool> IsOurFormAsync(HttpContext context)
    {
        try
        {
            return context.Request.HasFormContentType &&
                await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is AntiforgeryValidationException or InvalidDataException or IOException)
        {
            return false;
        }
    }

    private async Task<bool> MayChangeAsync(HttpContext context) =>
        options.DrainPolicy is { } policy &&
        (await context.RequestServices.GetRequiredService<IAuthorizationService>().AuthorizeAsync(context.User, null, policy).ConfigureAwait(false)).Succeeded;
}

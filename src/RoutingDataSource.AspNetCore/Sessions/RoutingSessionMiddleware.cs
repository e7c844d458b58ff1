using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using ReplicaRouting.AspNetCore.Diagnostics;

namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>Makes each request a <see cref="RoutingSession"/> that goes on with what the client's token says, and sends a token with the response of
/// a request that wrote.</summary>
internal sealed class RoutingSessionMiddleware
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(15);
    private static readonly string[] CacheHeadersOfNetworks = ["CDN-Cache-Control", "Surrogate-Control"];

    private readonly RequestDelegate _next;
    private readonly RoutingSessionOptions _options;
    private readonly TokenCodec _codec;
    private readonly string? _cookie;
    private readonly SessionMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Func<object, Task> _starting;
    private readonly Func<object, Task> _completed;

    public RoutingSessionMiddleware(
        RequestDelegate next,
        RoutingSessionOptions options,
        SessionMetrics metrics,
        IDataProtectionProvider protection,
        ILogger<RoutingSessionMiddleware> logger,
        TimeProvider? time = null)
    {
        _next = next;
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _starting = request => StartAsync((RequestSession)request);
        _completed = request => Complete((RequestSession)request);
        _codec = new(options.Protect ? protection.CreateProtector(TokenCodec.Purpose) : null, time ?? TimeProvider.System);
        _cookie = options.Transport == RoutingTokenTransport.Cookie ? options.Cookie.Name : null;
    }

    public Task InvokeAsync(HttpContext context)
    {
        var outside = ExecutionContext.Capture();
        if (outside is null)
            return InvokeWithoutFlowAsync(context);
        try
        {
            Begin(context);
            return _next(context);
        }
        finally
        {
            // Not awaited, so that a request that goes on asynchronously costs no more: the session ends with the response.
            ExecutionContext.Restore(outside);
        }
    }

    // The last moment to add a header.
    private Task StartAsync(RequestSession request)
    {
        request.HasStarted = true;
        if (!request.CountsAsWritten && !request.Session.HasWritten)
            return Task.CompletedTask;
        request.WasSent = true;
        return SendTokenAsync(request);
    }

    // The response has gone out, or the client has.
    private Task Complete(RequestSession request)
    {
        request.Session.Dispose();
        if (request is { HasStarted: true, WasSent: false, Session.HasWritten: true })
        {
            _metrics.Issued(TokenIssue.TooLate);
            // The pattern, not the path: a path may hold what is nobody's business.
            var route = (request.Context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "a request";
            Log.WroteTooLate(_logger, request.Context.Request.Method, route);
        }

        return Task.CompletedTask;
    }

    /// <summary>Adds the token of a request that wrote to its response, which is about to start. Never fails.</summary>
    private async Task SendTokenAsync(RequestSession request)
    {
        var (context, session) = (request.Context, request.Session);
        try
        {
            if (request.CountsAsWritten && FindSource(context) is { Options.ReadYourWrites: ReadYourWrites.Session } source)
                session.StateFor(source).NoteWrite(source.Time.GetTimestamp());
            if (await session.GetTokenAsync(context.RequestAborted).ConfigureAwait(false) is not { } token)
                return; // ReadYourWrites is not Session, or the cluster was never reached
            var text = _codec.Encode(token);
            if (_cookie is not null)
                SetCookie(context, text);
            else
                context.Response.Headers[_options.HeaderName] = text;
            ForbidCaching(context.Response.Headers);
            _metrics.Issued(token.Entries.Any(entry => entry.Position == default) ? TokenIssue.SentWithoutPosition : TokenIssue.Sent);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the client has gone
        }
        catch (Exception error)
        {
            _metrics.Issued(TokenIssue.Failed);
            Log.TokenFailed(_logger, error);
        }
    }

    private async Task InvokeWithoutFlowAsync(HttpContext context)
    {
        Begin(context); // ends with this method's own context
        await _next(context).ConfigureAwait(false);
    }

    private void Begin(HttpContext context)
    {
        var session = RoutingSession.Begin(Receive(context));
        var countsAsWritten = _options.PinUnsafeMethods && IsUnsafe(context.Request.Method);
        var request = new RequestSession(context, session, countsAsWritten);
        context.Response.OnStarting(_starting, request);
        context.Response.OnCompleted(_completed, request);
        if (countsAsWritten || context.GetEndpoint()?.Metadata.GetMetadata<UsePrimaryAttribute>() is { IsOn: true })
            RoutingSession.UsePrimary(); // ends with the session
    }

    private ConsistencyToken? Receive(HttpContext context)
    {
        var headers = context.Request.Headers;
        string? text;
        if (_cookie is null)
        {
            if (!headers.TryGetValue(_options.HeaderName, out var values) || values.Count == 0)
                return null;
            text = values.Count == 1 ? values[0] : null;
        }
        else
        {
            if (!Names(headers.Cookie, _cookie) || !context.Request.Cookies.TryGetValue(_cookie, out text))
                return null;
        }

        var result = _codec.Decode(text, Lifetime(context), out var token);
        _metrics.Received(result);
        if (result != TokenResult.Accepted)
            Log.TokenIgnored(_logger, result.ToString());
        return token;
    }

    // The other cookies of a request are not taken apart for the sake of one that is not there.
    private static bool Names(Microsoft.Extensions.Primitives.StringValues header, string cookie)
    {
        foreach (var line in header)
        {
            if (line is not null && line.Contains(cookie, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static bool IsUnsafe(string method) =>
        !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));

    private RoutingDataSource? FindSource(HttpContext context) => RoutingSources.Find(context.RequestServices, _options.ServiceKey);

    private TimeSpan Lifetime(HttpContext context) => _options.Lifetime ?? FindSource(context)?.Options.MaxPin ?? DefaultLifetime;

    private void SetCookie(HttpContext context, string text)
    {
        var cookie = _options.Cookie.Build(context);
        cookie.MaxAge = TimeSpan.FromSeconds(Math.Ceiling(Lifetime(context).TotalSeconds));
        var headers = context.Response.Headers;
        if (headers.SetCookie.Count > 0) // the pipeline ran again after an error, and both runs wrote: the later token covers the earlier one
            headers.SetCookie = headers.SetCookie.Where(line => line?.StartsWith(_cookie + "=", StringComparison.Ordinal) != true).ToArray();
        context.Response.Cookies.Append(_cookie!, text, cookie);
    }

    /// <summary>A response with a token is one client's: whoever got it out of a shared cache would get the token as well.</summary>
    private static void ForbidCaching(IHeaderDictionary headers)
    {
        if (!CacheControlHeaderValue.TryParse(headers.CacheControl.ToString(), out var control) || control is { NoStore: false, Private: false })
            headers.CacheControl = "no-store";
        foreach (var name in CacheHeadersOfNetworks)
            headers.Remove(name);
    }
}

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using ReplicaRouting.AspNetCore.Diagnostics;

namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>Makes each request a <see cref="RoutingSession"/> that goes on with what the client's token says, and sends a token with the response of
/// a request that wrote.</summary>
internal sealed class RoutingSessionMiddleware
{
    private static readonly Func<object, Task> Starting = static request => ((RequestSession)request).StartAsync();
    private static readonly Func<object, Task> Completed = static request => ((RequestSession)request).Complete();
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(15);
    private static readonly string[] CacheHeadersOfNetworks = ["CDN-Cache-Control", "Surrogate-Control"];

    private readonly RequestDelegate _next;
    private readonly RoutingSessionOptions _options;
    private readonly TokenCodec _codec;
    private readonly string? _cookie;

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
        Metrics = metrics;
        Logger = logger;
        _codec = new(options.Protect ? protection.CreateProtector(TokenCodec.Purpose) : null, time ?? TimeProvider.System);
        _cookie = options.Transport == RoutingTokenTransport.Cookie ? options.Cookie.Name : null;
    }

    public SessionMetrics Metrics { get; }

    public ILogger Logger { get; }

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

    /// <summary>Adds the token of a request that wrote to its response, which is about to start. Never fails.</summary>
    public async Task SendTokenAsync(HttpContext context, RoutingSession session, bool countsAsWritten)
    {
        try
        {
            if (countsAsWritten && FindSource(context) is { Options.ReadYourWrites: ReadYourWrites.Session } source)
                session.StateFor(source).NoteWrite(source.Time.GetTimestamp());
            if (await session.GetTokenAsync(context.RequestAborted).ConfigureAwait(false) is not { } token)
                return; // ReadYourWrites is not Session, or the cluster was never reached
            var text = _codec.Encode(token);
            if (_cookie is not null)
                SetCookie(context, text);
            else
                context.Response.Headers[_options.HeaderName] = text;
            ForbidCaching(context.Response.Headers);
            Metrics.Issued(token.Entries.Any(entry => entry.Position == default) ? TokenIssue.SentWithoutPosition : TokenIssue.Sent);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // the client has gone
        }
        catch (Exception error)
        {
            Metrics.Issued(TokenIssue.Failed);
            Log.TokenFailed(Logger, error);
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
        var request = new RequestSession(this, context, session, countsAsWritten);
        context.Response.OnStarting(Starting, request);
        context.Response.OnCompleted(Completed, request);
        if (countsAsWritten || context.GetEndpoint()?.Metadata.GetMetadata<UsePrimaryAttribute>() is { IsOn: true })
            RoutingSession.UsePrimary();
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
        Metrics.Received(result);
        if (result != TokenResult.Accepted)
            Log.TokenIgnored(Logger, result.ToString());
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

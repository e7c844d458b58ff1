using Microsoft.AspNetCore.Http;
using ReplicaRouting.AspNetCore.Diagnostics;

namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>One request's session, and what its response has to carry.</summary>
internal sealed class RequestSession(RoutingSessionMiddleware middleware, HttpContext context, RoutingSession session, bool countsAsWritten)
{
    private bool _hasStarted;
    private bool _wasSent;

    /// <summary>The response is about to start: the last moment to add a header.</summary>
    public Task StartAsync()
    {
        _hasStarted = true;
        if (!countsAsWritten && !session.HasWritten)
            return Task.CompletedTask;
        _wasSent = true;
        return middleware.SendTokenAsync(context, session, countsAsWritten);
    }

    /// <summary>The response has gone out, or the client has.</summary>
    public Task Complete()
    {
        session.Dispose();
        if (_hasStarted && !_wasSent && session.HasWritten)
        {
            middleware.Metrics.Issued(TokenIssue.TooLate);
            // The pattern, not the path: a path may hold what is nobody's business.
            var route = (context.GetEndpoint() as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText ?? "a request";
            Log.WroteTooLate(middleware.Logger, context.Request.Method, route);
        }

        return Task.CompletedTask;
    }
}

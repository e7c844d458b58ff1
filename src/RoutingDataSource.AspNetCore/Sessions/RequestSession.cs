using Microsoft.AspNetCore.Http;

namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>One request's session. There is one for each request, so it is small.</summary>
internal sealed class RequestSession(HttpContext context, RoutingSession session, bool countsAsWritten)
{
    public HttpContext Context => context;

    public RoutingSession Session => session;

    /// <summary>Gets whether the request counts as having written, whatever its commands are.</summary>
    public bool CountsAsWritten => countsAsWritten;

    /// <summary>Gets or sets whether the response has started, so that no header can be added any more.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Gets or sets whether its token was sent, or tried to be.</summary>
    public bool WasSent { get; set; }
}

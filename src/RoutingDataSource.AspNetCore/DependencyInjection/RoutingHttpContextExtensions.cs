using ReplicaRouting;
using ReplicaRouting.AspNetCore.Sessions;

namespace Microsoft.AspNetCore.Http;

/// <summary>Tells the session of a request what it cannot see by itself.</summary>
public static class RoutingHttpContextExtensions
{
    /// <summary>Notes that the request has written to the database by other ways than the data source: with <c>PrimaryDataSource</c>, another library, or
    /// another service that was called. Its later reads show it, and so do the client's next requests.</summary>
    /// <remarks>Call it after the write and before the response starts.</remarks>
    /// <param name="context">The request.</param>
    /// <param name="untilEnd"><see langword="true"/> for a response that streams and writes to the database meanwhile, by any way: the rest of the request
    /// reads from the primary, and the token that the response starts with tells the next requests to see what is committed when they come.</param>
    /// <param name="serviceKey">The key that the data source was registered with; <see langword="null"/> for none.</param>
    /// <exception cref="InvalidOperationException">No data source is registered with the key, or the calling code does not run in a session:
    /// <c>UseRoutingSession</c> is missing. Trying again does not help.</exception>
    public static void MarkWritten(this HttpContext context, bool untilEnd = false, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var source = RoutingSources.Get(context.RequestServices, serviceKey);
        if (RoutingSession.Current is null)
            throw new InvalidOperationException("The code does not run in a session: call app.UseRoutingSession() before whatever marks writes.");
        if (untilEnd)
            source.AmbientState()?.BeginWrite();
        else
            source.MarkWritten();
    }
}

namespace ReplicaRouting.AspNetCore;

/// <summary>How the consistency token of a client travels.</summary>
public enum RoutingTokenTransport
{
    /// <summary>In a cookie, for browsers.</summary>
    Cookie,

    /// <summary>In a header of the response, which the client sends back with its next requests: for APIs.</summary>
    Header,
}

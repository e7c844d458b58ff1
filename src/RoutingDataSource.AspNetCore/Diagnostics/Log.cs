using Microsoft.Extensions.Logging;

namespace ReplicaRouting.AspNetCore.Diagnostics;

/// <summary>Every message that this package logs. Ids are in hundreds (50 sessions, 51 status page) and are never used again.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "The token of a request that wrote could not be made; the client's next reads may not show the write")]
    internal static partial void TokenFailed(ILogger logger, Exception error);

    [LoggerMessage(5002, LogLevel.Information, "{Method} {Route} wrote after its response had started, so no token could be sent with it; call HttpContext.MarkWritten before the response starts")]
    internal static partial void WroteTooLate(ILogger logger, string method, string route);

    [LoggerMessage(5003, LogLevel.Debug, "A token that a client sent was ignored: {Result}")]
    internal static partial void TokenIgnored(ILogger logger, string result);

    [LoggerMessage(5101, LogLevel.Warning, "{User} changed node {Node} through the status page: {Change}")]
    internal static partial void NodeChanged(ILogger logger, string user, string node, string change);
}

namespace ReplicaRouting.AspNetCore.Tests.Infrastructure;

/// <summary>What tests look for in responses.</summary>
internal static class Responses
{
    /// <summary>The whole <c>Set-Cookie</c> line of the session; fails when there are several.</summary>
    public static string? SessionCookie(this HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var lines)
            ? lines.SingleOrDefault(line => line.StartsWith(TestApp.CookieName, StringComparison.Ordinal)) : null;

    /// <summary>What a browser would send back.</summary>
    public static string? SentBack(this HttpResponseMessage response) => response.SessionCookie()?.Split(';')[0];

    public static string? CacheControl(this HttpResponseMessage response) => response.Headers.CacheControl?.ToString();
}

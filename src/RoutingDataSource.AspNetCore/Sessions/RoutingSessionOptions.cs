using Microsoft.AspNetCore.Http;

namespace ReplicaRouting.AspNetCore;

/// <summary>How the session of a client goes from one request to the next. Read once, when <c>UseRoutingSession</c> is called.</summary>
public sealed class RoutingSessionOptions
{
    /// <summary>The longest cookie or header value that is looked at, in characters. A token of one cluster takes about 180 when protected.</summary>
    public const int MaxLength = 1024;

    /// <summary>Gets or sets how the token travels.</summary>
    /// <value>Default <see cref="RoutingTokenTransport.Cookie"/>.</value>
    public RoutingTokenTransport Transport { get; set; } = RoutingTokenTransport.Cookie;

    /// <summary>Gets the cookie's name, path, domain, <c>Secure</c>, <c>HttpOnly</c> and <c>SameSite</c>. Its lifetime is <see cref="Lifetime"/>.</summary>
    /// <value>Default: <c>.Routing.Session</c>, path <c>/</c>, no domain, <c>Secure</c> when the request is, <c>HttpOnly</c>, <c>SameSite=Lax</c>,
    /// essential (it carries out what the user has asked for and identifies nobody).</value>
    public CookieBuilder Cookie { get; } = new()
    {
        Name = ".Routing.Session",
        Path = "/",
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        SecurePolicy = CookieSecurePolicy.SameAsRequest,
        IsEssential = true,
    };

    /// <summary>Gets or sets the header of requests and responses in <see cref="RoutingTokenTransport.Header"/> mode.</summary>
    /// <value>Default <c>Routing-Token</c>; a token of RFC 9110.</value>
    public string HeaderName { get; set; } = "Routing-Token";

    /// <summary>Gets or sets how long after the last write a token is honoured.</summary>
    /// <value>Default <see langword="null"/>: the data source's <c>MaxPin</c> (15 s). At least one second; the cookie's <c>Max-Age</c> is in whole seconds,
    /// rounded up.</value>
    public TimeSpan? Lifetime { get; set; }

    /// <summary>Gets or sets whether tokens are protected with Data Protection, so that a client can neither make nor read one.</summary>
    /// <value>Default <see langword="true"/>. With <see langword="false"/> the bare <see cref="ConsistencyToken"/> travels, which services with other keys
    /// can take up; <see cref="Lifetime"/> is then the client's to keep, and a forged token costs reads on the primary.</value>
    public bool Protect { get; set; } = true;

    /// <summary>Gets or sets whether requests with an unsafe method (all but GET, HEAD, OPTIONS and TRACE) count as having written and run on the
    /// primary throughout, whatever their commands are.</summary>
    /// <value>Default <see langword="false"/>: writes are seen where they happen, so this is for writes that go round the data source.</value>
    public bool PinUnsafeMethods { get; set; }

    /// <summary>Gets or sets the key that the <see cref="RoutingDataSource"/> was registered with. Sessions cover all data sources; this is the one
    /// that <c>MarkWritten</c>, <see cref="PinUnsafeMethods"/> and the default <see cref="Lifetime"/> are about.</summary>
    /// <value>Default <see langword="null"/>: none.</value>
    public object? ServiceKey { get; set; }

    internal RoutingSessionOptions Copy()
    {
        var copy = new RoutingSessionOptions
        {
            Transport = Transport,
            HeaderName = HeaderName,
            Lifetime = Lifetime,
            Protect = Protect,
            PinUnsafeMethods = PinUnsafeMethods,
            ServiceKey = ServiceKey,
        };
        (copy.Cookie.Name, copy.Cookie.Path, copy.Cookie.Domain) = (Cookie.Name, Cookie.Path, Cookie.Domain);
        (copy.Cookie.HttpOnly, copy.Cookie.SameSite, copy.Cookie.SecurePolicy) = (Cookie.HttpOnly, Cookie.SameSite, Cookie.SecurePolicy);
        copy.Cookie.IsEssential = Cookie.IsEssential;
        foreach (var extension in Cookie.Extensions)
            copy.Cookie.Extensions.Add(extension);
        return copy;
    }

    internal IEnumerable<string> FindProblems()
    {
        if (!Enum.IsDefined(Transport))
            yield return $"{nameof(Transport)} is {Transport}: it must be one of {string.Join(", ", Enum.GetNames<RoutingTokenTransport>())}";
        if (Lifetime < TimeSpan.FromSeconds(1))
            yield return $"{nameof(Lifetime)} is {Lifetime}: it must be at least one second, or null for the data source's MaxPin";
        if (Transport == RoutingTokenTransport.Header && !IsToken(HeaderName))
            yield return $"{nameof(HeaderName)} is '{HeaderName}': it must be the name of a header";
        if (Transport == RoutingTokenTransport.Cookie && !IsToken(Cookie.Name))
            yield return $"{nameof(Cookie)}.{nameof(Cookie.Name)} is '{Cookie.Name}': it must be the name of a cookie";
        if (Transport == RoutingTokenTransport.Cookie && Cookie is { SameSite: SameSiteMode.None, SecurePolicy: CookieSecurePolicy.None })
            yield return $"{nameof(Cookie)} has SameSite=None and is never Secure: browsers drop such a cookie";
    }

    private static bool IsToken(string? name) =>
        !string.IsNullOrEmpty(name) && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}

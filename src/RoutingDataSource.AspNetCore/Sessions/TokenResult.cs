namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>What became of a token that a client sent.</summary>
internal enum TokenResult
{
    /// <summary>There was none.</summary>
    None,

    /// <summary>The session goes on with it.</summary>
    Accepted,

    /// <summary>Longer than anything that is looked at.</summary>
    Oversized,

    /// <summary>Not a token: cut, mistyped, or sent twice.</summary>
    Malformed,

    /// <summary>Not protected with our keys, or with one that was revoked.</summary>
    Forged,

    /// <summary>Older than its lifetime.</summary>
    Stale,
}

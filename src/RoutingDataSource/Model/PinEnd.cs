namespace ReplicaRouting.Model;

/// <summary>How the pin of a session that wrote came to its end.</summary>
internal enum PinEnd
{
    /// <summary>A replica that has replayed the writes answered a read.</summary>
    CaughtUp,

    /// <summary><c>MaxPin</c> was over before any replica had.</summary>
    Expired,

    /// <summary>The session ended before it read from a replica again.</summary>
    SessionEnded,
}

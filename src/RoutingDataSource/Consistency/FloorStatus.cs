namespace ReplicaRouting.Consistency;

/// <summary>What is known of the position that a session's reads must not be older than.</summary>
internal enum FloorStatus
{
    /// <summary>Any replica will do.</summary>
    None,

    /// <summary>The position is known: a replica must have replayed it.</summary>
    Known,

    /// <summary>There is one, but no probe has sampled it yet: only the primary will do.</summary>
    NotSampledYet,
}

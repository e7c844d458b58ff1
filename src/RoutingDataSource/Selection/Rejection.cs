namespace ReplicaRouting.Selection;

/// <summary>Why a node does not serve reads now.</summary>
internal enum Rejection
{
    /// <summary>It does not answer, belongs to another cluster, or said nothing yet.</summary>
    Unreachable,

    /// <summary>It is not in recovery.</summary>
    NotReplica,

    /// <summary>It was taken out by name.</summary>
    Drained,

    /// <summary>Its lag is not known: unknown is not zero.</summary>
    LagUnknown,

    /// <summary>It is behind the bounds.</summary>
    Lagging,
}

namespace ReplicaRouting;

/// <summary>What becomes of a read when as many reads as allowed have fallen back to the primary already.</summary>
public enum BeyondFallbackLimit
{
    /// <summary>The least stale replica that has replayed the session's own writes serves it, even beyond the bounds on lag; when there is none,
    /// the read fails.</summary>
    LeastStaleReplica,

    /// <summary>The read fails at once with a transient error that says why.</summary>
    Fail,
}

namespace ReplicaRouting;

/// <summary>What part a node takes now.</summary>
public enum NodeStanding
{
    /// <summary>It takes the writes, and the reads that no replica can serve.</summary>
    Primary,

    /// <summary>It serves reads.</summary>
    ServesReads,

    /// <summary>It could serve reads, but has weight 0 and others have more.</summary>
    Spare,

    /// <summary>It was taken out by name.</summary>
    Drained,

    /// <summary>It is behind the bounds on lag.</summary>
    Lagging,

    /// <summary>How far it is behind is not known, or whether it follows the present primary.</summary>
    LagUnknown,

    /// <summary>It does not answer, or has not been asked yet.</summary>
    Unreachable,

    /// <summary>It answers and serves nothing: another cluster's node, or a second primary.</summary>
    Refused,
}

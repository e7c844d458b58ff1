namespace ReplicaRouting;

/// <summary>What a server is in its cluster, as it said itself in the last probe.</summary>
public enum NodeRole
{
    /// <summary>No probe has been answered yet.</summary>
    Unknown,

    /// <summary>Not in recovery: it accepts writes.</summary>
    Primary,

    /// <summary>In recovery (PostgreSQL's "hot standby"): it replays the primary's log and answers reads.</summary>
    Replica,
}

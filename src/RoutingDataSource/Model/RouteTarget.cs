namespace ReplicaRouting;

/// <summary>The side of the cluster that a command goes to.</summary>
public enum RouteTarget
{
    /// <summary>The one server that accepts writes.</summary>
    Primary,

    /// <summary>One of the servers that replay the primary's log.</summary>
    Replica,
}

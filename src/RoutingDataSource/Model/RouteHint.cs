namespace ReplicaRouting;

/// <summary>What a comment before the first token of a text asks for (<c>/* route: primary */</c>, <c>-- route: replica</c>).</summary>
public enum RouteHint
{
    /// <summary>The text asks for nothing.</summary>
    None,

    /// <summary>The text asks for the primary, whatever it is.</summary>
    Primary,

    /// <summary>The text accepts an answer older than the session's own writes. It never makes a read of what is not proven to be one.</summary>
    Replica,
}

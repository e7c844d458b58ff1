namespace ReplicaRouting;

/// <summary>Whose own writes a read is sure to see.</summary>
public enum ReadYourWrites
{
    /// <summary>Nobody's: reads may be as old as the lag bounds allow.</summary>
    None,

    /// <summary>Those of the same connection object, also after it was closed and opened again.</summary>
    Connection,

    /// <summary>Those of the ambient <c>RoutingSession</c>; without one, those of the same connection object.</summary>
    Session,
}

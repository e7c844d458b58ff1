namespace ReplicaRouting;

/// <summary>Whether reads go to replicas.</summary>
public enum RoutingMode
{
    /// <summary>Proven reads go to replicas.</summary>
    Route,

    /// <summary>Everything runs on the primary.</summary>
    PrimaryOnly,
}

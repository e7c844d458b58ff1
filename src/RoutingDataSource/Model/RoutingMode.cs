namespace ReplicaRouting;

/// <summary>Whether reads go to replicas.</summary>
public enum RoutingMode
{
    /// <summary>Proven reads go to replicas.</summary>
    Route,

    /// <summary>Everything runs on the primary.</summary>
    PrimaryOnly,

    /// <summary>Everything runs on the primary, and every decision is taken as with <see cref="Route"/> and counted:
    /// <see cref="RoutingDataSource.GetShadowReport"/> says what would have gone where. Replicas get probes, and now and then an EXPLAIN.</summary>
    Shadow,
}

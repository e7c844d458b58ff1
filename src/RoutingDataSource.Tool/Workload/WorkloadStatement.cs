namespace ReplicaRouting.Tool.Workload;

/// <summary>A statement of a workload with what routing would make of it.</summary>
internal sealed record WorkloadStatement(WorkloadEntry Entry, RouteReason Reason, string Token, string? Advice)
{
    /// <summary>Whether it would go to a replica as things are.</summary>
    public bool Moves => Reason == RouteReason.ProvenRead;

    /// <summary>Whether it goes to a replica, or could if the advice were followed.</summary>
    public bool CouldMove => Moves || Advice is not null;
}

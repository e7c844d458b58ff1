namespace ReplicaRouting.Tool.Workload;

/// <summary>One statement of a workload.</summary>
/// <param name="Text">The statement as the server saw it.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Milliseconds">How long all of these took together; <see langword="null"/> when the source does not tell.</param>
/// <param name="Rows">How many rows they gave or changed; <see langword="null"/> when the source does not tell.</param>
internal sealed record WorkloadEntry(string Text, long Calls, double? Milliseconds = null, long? Rows = null)
{
    /// <summary>Why it stays on the primary whatever its text is: <see cref="RouteReason.InTransaction"/> or
    /// <see cref="RouteReason.SessionPinned"/>; <see langword="null"/> when only the text decides.</summary>
    public RouteReason? Circumstance { get; init; }
}

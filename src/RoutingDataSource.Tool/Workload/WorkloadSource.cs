namespace ReplicaRouting.Tool.Workload;

/// <summary>What was read, and what the reader must know about it.</summary>
/// <param name="Name">Where it came from.</param>
/// <param name="Entries">The statements.</param>
/// <param name="Notes">What the source cannot tell.</param>
internal sealed record WorkloadSource(string Name, IReadOnlyList<WorkloadEntry> Entries, IReadOnlyList<string> Notes);

namespace ReplicaRouting.Classification;

/// <summary>What is known of one name.</summary>
/// <param name="Name">The name as PostgreSQL stores it.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Reason">Why it must run on the primary, when it must.</param>
internal readonly record struct NameEntry(string Name, NameFlags Flags, RouteReason Reason);

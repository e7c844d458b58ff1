namespace ReplicaRouting;

/// <summary>How far a replica is behind the newest known position of the primary.</summary>
/// <param name="Bytes">WAL not replayed yet: the primary's insert position minus the replica's replay position. At least 0. Needs no clock,
/// so it can be compared between servers.</param>
/// <param name="Delay">Age of the newest primary position that the replica is known to have replayed; <see langword="null"/> before the
/// first comparison. Zero whenever the positions are equal, so an idle primary does not make it grow.</param>
public readonly record struct ReplicationLag(long Bytes, TimeSpan? Delay);

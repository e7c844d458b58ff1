namespace ReplicaRouting;

/// <summary>How far a replica was behind at one moment.</summary>
/// <param name="Age">How long ago; at least zero.</param>
/// <param name="Lag">The distance; <see langword="null"/> while the node did not answer, was no replica, or its lag was not known.</param>
public readonly record struct LagSample(TimeSpan Age, ReplicationLag? Lag);

namespace ReplicaRouting.Model;

/// <summary>Where the primary's log was, and when.</summary>
internal interface IPrimaryHistory
{
    /// <summary>Finds the earliest position of the current primary that was sampled at or after a moment.</summary>
    /// <param name="timestamp">The moment on the time provider's monotonic clock.</param>
    /// <param name="position">The position: everything that was committed before the moment is before it.</param>
    /// <param name="epoch">The epoch (<see cref="ClusterSnapshot.Epoch"/>) that the position belongs to.</param>
    /// <returns>Whether there is a sample that is late enough.</returns>
    public bool TryFindPosition(long timestamp, out WalPosition position, out int epoch);

    /// <summary>Finds the newest position of the current primary, when it was sampled at or after a moment.</summary>
    /// <param name="timestamp">The moment on the time provider's monotonic clock.</param>
    /// <param name="position">The position.</param>
    /// <returns>Whether it is late enough.</returns>
    public bool TryFindNewest(long timestamp, out WalPosition position);
}

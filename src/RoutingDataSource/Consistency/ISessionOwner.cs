namespace ReplicaRouting.Consistency;

/// <summary>What a session needs to know of a data source that is used in it.</summary>
internal interface ISessionOwner
{
    /// <summary>How long a floor is kept at most, in ticks of the owner's clock.</summary>
    public long MaxPin { get; }

    /// <summary>The current moment on the owner's clock.</summary>
    public long Now { get; }

    /// <summary>What identifies the owner's cluster, and the timeline and epoch of its primary; <see langword="null"/> while it is not known.</summary>
    public (ulong SystemIdentifier, int Timeline, int Epoch)? Identity { get; }

    /// <summary>Finds the newest position of the primary that was sampled at or after a moment, with one probe at once when there is none yet.</summary>
    /// <returns>The position; <see langword="null"/> when the primary did not answer in time.</returns>
    public ValueTask<WalPosition?> SampleAsync(long moment, CancellationToken cancellationToken);

    /// <summary>A session that used the owner has ended.</summary>
    public void NoteSessionEnd(ConsistencyState state);
}

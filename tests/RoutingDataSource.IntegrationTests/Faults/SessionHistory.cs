namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>What one session wrote and saw, judged by the values alone: each write of a session stores a larger number than the one before,
/// so a read that shows less than the last acknowledged write is stale, and one that shows less than an earlier read went back in time.</summary>
/// <remarks>A failover of asynchronous replication may lose acknowledged writes, whoever routes. What was expected before one therefore says
/// nothing about reads after it: expectations carry the generation of the cluster they belong to.</remarks>
internal sealed class SessionHistory(FaultCounts counts, Func<int> generation, Action<string> complain)
{
    private int _generation = generation();
    private long _acknowledged;
    private long _seen;

    /// <summary>Gets the last acknowledged value.</summary>
    public long Acknowledged => _acknowledged;

    /// <summary>A write of this value was acknowledged.</summary>
    /// <param name="value">The value.</param>
    /// <param name="begunIn">The generation in which the write began.</param>
    public void Wrote(long value, int begunIn)
    {
        Interlocked.Increment(ref counts.Writes);
        if (Follow(begunIn))
            _acknowledged = value;
    }

    /// <summary>A read showed this value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="begunIn">The generation in which the read began.</param>
    /// <param name="route">Where it was answered, for the complaint.</param>
    public void Read(long value, int begunIn, object? route)
    {
        Interlocked.Increment(ref counts.Reads);
        if (!Follow(begunIn))
            return;
        if (value < _acknowledged)
        {
            Interlocked.Increment(ref counts.Stale);
            complain($"stale: read {value} after writing {_acknowledged}, {route}");
        }

        if (value < _seen)
        {
            Interlocked.Increment(ref counts.Backwards);
            complain($"backwards: read {value} after reading {_seen}, {route}");
        }

        _seen = Math.Max(_seen, value);
    }

    /// <summary>Another session begins: nothing that was written or seen is expected of it.</summary>
    public void Forget() => _acknowledged = _seen = 0;

    // Odd generations are failovers in progress: nothing that touches one is judged.
    private bool Follow(int begunIn)
    {
        var now = generation();
        if (now != _generation)
        {
            _generation = now;
            _acknowledged = _seen = 0;
        }

        return begunIn == now && now % 2 == 0;
    }
}

using ReplicaRouting.Model;

namespace ReplicaRouting.Topology;

/// <summary>A ring of samples: where the log of the current primary was at which moment. Written by probes, read by sessions that wait
/// for a position; the lock is held for a binary search and is not on the path of a read without a floor.</summary>
/// <param name="capacity">How many samples are kept.</param>
/// <param name="spacing">How far apart they are at least, in ticks of their clock, but for the newest: who waits for a position has many taken in a
/// row, which must not push out what the lag of the replicas is looked up in.</param>
internal sealed class PrimaryHistory(int capacity = PrimaryHistory.DefaultCapacity, long spacing = 0) : IPrimaryHistory
{
    // Early probes come at most every 50 ms or so: enough for most of a minute, and for a quarter of an hour at one probe a second.
    internal const int DefaultCapacity = 1024;

    private readonly Lock _lock = new();
    private readonly (long Timestamp, WalPosition Position)[] _samples = new (long, WalPosition)[capacity];
    private int _first;
    private int _count;
    private int _epoch;

    /// <summary>Forgets everything: another server is the primary.</summary>
    public void Reset(int epoch)
    {
        lock (_lock)
        {
            _first = _count = 0;
            _epoch = epoch;
        }
    }

    /// <summary>Adds a sample.</summary>
    /// <param name="timestamp">When the question was sent: the position is that of this moment or a later one.</param>
    /// <param name="position">The insert position.</param>
    public void Add(long timestamp, WalPosition position)
    {
        lock (_lock)
        {
            if (_count > 0 && this[_count - 1].Timestamp > timestamp)
                return;
            if (_count > 1 && timestamp - this[_count - 2].Timestamp < spacing)
                _count--; // the newest one is older than the new one, so whoever would have found it finds more
            if (_count == _samples.Length)
            {
                _first = (_first + 1) % _samples.Length;
                _count--;
            }

            _samples[(_first + _count++) % _samples.Length] = (timestamp, position);
        }
    }

    public bool TryFindPosition(long timestamp, out WalPosition position, out int epoch)
    {
        lock (_lock)
        {
            epoch = _epoch;
            if (_count == 0 || this[_count - 1].Timestamp < timestamp)
            {
                position = default;
                return false;
            }

            int low = 0, high = _count - 1;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (this[middle].Timestamp >= timestamp)
                    high = middle;
                else
                    low = middle + 1;
            }

            position = this[low].Position;
            return true;
        }
    }

    public bool TryFindNewest(long timestamp, out WalPosition position)
    {
        lock (_lock)
        {
            var isThere = _count > 0 && this[_count - 1].Timestamp >= timestamp;
            position = isThere ? this[_count - 1].Position : default;
            return isThere;
        }
    }

    /// <summary>Measures how far a replica is behind.</summary>
    /// <param name="replayed">The replica's replay position.</param>
    /// <returns>The newest position, and the moment of the newest sample that the replica has passed; <see langword="null"/> while there is
    /// no sample. <c>Passed</c> is <see langword="null"/> when the replica has not reached the oldest sample.</returns>
    public (WalPosition Newest, long? Passed)? Compare(WalPosition replayed)
    {
        lock (_lock)
        {
            if (_count == 0)
                return null;
            int low = 0, high = _count; // first sample that is beyond the replica
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (this[middle].Position > replayed)
                    high = middle;
                else
                    low = middle + 1;
            }

            return (this[_count - 1].Position, low == 0 ? null : this[low - 1].Timestamp);
        }
    }

    /// <summary>Whether a sample was taken at exactly this position.</summary>
    public bool Contains(WalPosition position)
    {
        lock (_lock)
        {
            for (var i = _count - 1; i >= 0; i--)
            {
                if (this[i].Position == position)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Gets when the newest sample was taken; <see langword="null"/> while there is none.</summary>
    public long? Newest
    {
        get
        {
            lock (_lock)
                return _count == 0 ? null : this[_count - 1].Timestamp;
        }
    }

    private (long Timestamp, WalPosition Position) this[int i] => _samples[(_first + i) % _samples.Length];
}

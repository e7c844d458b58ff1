using ReplicaRouting.Model;

namespace ReplicaRouting.Consistency;

/// <summary>What one session (or one connection without a session) has written and seen, and so what its next read must not be older than.
/// A moment is remembered, not a position: writes pay no round trip, and the position is the first one that a probe samples after the
/// moment. Several connections of one session may use it at once.</summary>
/// <remarks>Most connections have one of their own, so it is its own lock: nobody else sees it.</remarks>
/// <param name="maxPin">How long a floor is kept at most, in ticks of the clock that the moments come from.</param>
internal sealed class ConsistencyState(long maxPin)
{
    private HandedOutList? _handedOut; // pending writes whose end nobody tells
    private long _after; // 0: no floor
    private long _pinnedUntil;
    private WalPosition _floor;
    private int _epoch; // of _floor; 0: not sampled yet
    private long _lastRead;
    private int _pendingWriters;
    private bool _hasWritten;
    private bool _isPinned;
    private int _replica = NoReplica;
    private WalPosition _released; // what the session had seen when it was released from its replica
    private int _releasedEpoch; // of _released; 0: it was not, or has chosen another since

    internal const int NoReplica = -1;

    /// <summary>Gets the replica that the session reads from; <see cref="NoReplica"/> while it is free to choose.</summary>
    public int Replica => Volatile.Read(ref _replica);

    /// <summary>Gets whether the session has neither a floor nor a replica to stay with, so that its reads need no look at either.</summary>
    public bool IsFree => Volatile.Read(ref _after) == 0 && Volatile.Read(ref _pendingWriters) == 0;

    /// <summary>Gets whether a command that may have written has ended or begun.</summary>
    public bool HasWritten => Volatile.Read(ref _hasWritten);

    /// <summary>Gets whether a command that may have written has not ended yet.</summary>
    public bool HasPendingWrite => Volatile.Read(ref _pendingWriters) > 0;

    /// <summary>Gets whether the session has written and not read from a replica since.</summary>
    public bool IsPinned => Volatile.Read(ref _isPinned);

    /// <summary>Ends the pin that the session's writes began, when there is one.</summary>
    /// <param name="now">The current moment.</param>
    /// <param name="ticks">How long it has lasted, from the last write.</param>
    /// <returns>How it ended if the session has gone on; <see langword="null"/> when there was none.</returns>
    public PinEnd? EndPin(long now, out long ticks)
    {
        ticks = 0;
        if (!IsPinned)
            return null;
        lock (this)
        {
            if (!_isPinned)
                return null;
            _isPinned = false;
            ticks = Math.Max(0, now - (_pinnedUntil - maxPin));
            return now > _pinnedUntil ? PinEnd.Expired : PinEnd.CaughtUp;
        }
    }

    /// <summary>Gets the moment that reads must not be older than; <see langword="null"/> when there is none any more.</summary>
    public long? GetMoment(long now)
    {
        lock (this)
            return _pendingWriters > 0 ? now : _after == 0 || now > _pinnedUntil ? null : _after;
    }

    /// <summary>Gets the position of the moment, when a probe of that epoch has sampled it.</summary>
    public WalPosition? Sampled(int epoch)
    {
        lock (this)
            return _pendingWriters == 0 && _epoch != 0 && _epoch == epoch ? _floor : null;
    }

    /// <summary>Takes over the floor of an earlier session.</summary>
    public void SetFloor(WalPosition floor, int epoch, long now)
    {
        lock (this)
        {
            if (_after != 0 && _epoch != epoch)
            {
                RequireNow(now); // something else is waited for as well, and where that is in the log is not known
                return;
            }

            _floor = _after != 0 && _floor > floor ? _floor : floor;
            _epoch = epoch;
            (_after, _pinnedUntil) = (now, now + maxPin);
        }
    }

    /// <summary>Reads must show everything that is committed at this moment.</summary>
    public void RequireNow(long now)
    {
        lock (this)
        {
            RaiseTo(now);
            _pinnedUntil = now + maxPin;
        }
    }

    /// <summary>A command that may have written has ended, successfully or not, at this moment.</summary>
    public void NoteWrite(long now)
    {
        Volatile.Write(ref _hasWritten, true);
        lock (this)
        {
            _isPinned = true;
            RaiseTo(now);
            _pinnedUntil = now + maxPin;
        }
    }

    /// <summary>A command that may have written has begun to answer; when it ends is not known yet.</summary>
    public void BeginWrite()
    {
        Volatile.Write(ref _hasWritten, true);
        Interlocked.Increment(ref _pendingWriters);
    }

    /// <summary>The command of <see cref="BeginWrite"/> has ended at this moment or before it.</summary>
    public void EndWrite(long now)
    {
        NoteWrite(now);
        Interlocked.Decrement(ref _pendingWriters);
    }

    /// <summary>The command of <see cref="BeginWrite"/> has answered and ends when its reader does, which nobody tells.</summary>
    public void HandOutWrite(IHandedOut reader)
    {
        var list = _handedOut;
        if (list is null)
            list = Interlocked.CompareExchange(ref _handedOut, new(), null) ?? _handedOut;
        list.Add(reader);
    }

    /// <summary>The reader is about to be used or closed, and is not asked any more when this has returned.</summary>
    /// <returns>Whether its write is still pending, so that <see cref="EndWrite"/> is due.</returns>
    public bool TakeBackWrite(IHandedOut reader) => _handedOut!.TakeBack(reader);

    /// <summary>A read was answered by a replica; later reads stay with it.</summary>
    public void NoteReplicaRead(int replica, long now)
    {
        if (Volatile.Read(ref _replica) == replica)
        {
            if (now > Volatile.Read(ref _lastRead)) // reads of several connections end in any order
                Volatile.Write(ref _lastRead, now);
            return;
        }

        lock (this)
        {
            if (_replica != NoReplica)
                RaiseForRead(now); // two replicas have shown something, and which of them is ahead is not known
            _lastRead = Math.Max(_lastRead, now);
            _releasedEpoch = 0;
            Volatile.Write(ref _replica, replica);
        }
    }

    /// <summary>A read was answered by the primary: no replica may show less from now on.</summary>
    public void NotePrimaryRead(long now)
    {
        lock (this)
            RaiseForRead(now);
    }

    /// <summary>The session cannot stay with its replica. What it read there was on the primary before that read ended, so a position that
    /// is sampled after it is a floor; the replica's own probed position would not be, being older than the read.</summary>
    public void LeaveReplica(long now)
    {
        lock (this)
        {
            if (_replica == NoReplica && _releasedEpoch == 0)
                return;
            _replica = NoReplica;
            _releasedEpoch = 0;
            RaiseForRead(Math.Min(_lastRead, now));
        }
    }

    /// <summary>Lets the session choose its replica anew when no replica in use can show it less than it has seen.</summary>
    /// <param name="history">The primary's positions.</param>
    /// <param name="epoch">The current epoch.</param>
    /// <param name="leastReplayed">What every replica in use has replayed.</param>
    public void ReleaseReplica(IPrimaryHistory history, int epoch, WalPosition leastReplayed)
    {
        if (Replica == NoReplica || !TryGetSeen(history, epoch, out var seen) || seen > leastReplayed)
            return;
        lock (this)
        {
            // A replica that comes into use later, because its lag is within the bounds again, may not have passed it.
            (_released, _releasedEpoch) = (seen, epoch);
            Volatile.Write(ref _replica, NoReplica);
        }
    }

    /// <summary>Gets what a session that was released from its replica had seen by then: whichever it chooses next must have replayed it. The default when it
    /// may choose any.</summary>
    /// <param name="epoch">The current epoch. When it is another, reads have a floor from now on instead.</param>
    public WalPosition GetReleased(int epoch)
    {
        if (Volatile.Read(ref _releasedEpoch) == 0)
            return default;
        lock (this)
        {
            if (_releasedEpoch == epoch)
                return _released;
            if (_releasedEpoch != 0)
                RaiseForRead(_lastRead);
            _releasedEpoch = 0;
            return default;
        }
    }

    /// <summary>Gets a position that is not before anything that the session has read on a replica; the default when it has read on none.</summary>
    /// <param name="history">The primary's positions.</param>
    /// <param name="epoch">The current epoch.</param>
    /// <param name="seen">The position.</param>
    /// <returns>Whether it is known: no probe may have been since the last read.</returns>
    public bool TryGetSeen(IPrimaryHistory history, int epoch, out WalPosition seen)
    {
        if (Replica != NoReplica)
            return history.TryFindPosition(Volatile.Read(ref _lastRead), out seen, out var sampled) && sampled == epoch;
        seen = GetReleased(epoch);
        return true;
    }

    /// <summary>Looks up the floor.</summary>
    /// <param name="history">The primary's positions.</param>
    /// <param name="epoch">The current epoch: a floor of an earlier one is looked up again.</param>
    /// <param name="now">The current moment.</param>
    /// <param name="floor">The position, when it is known.</param>
    public FloorStatus GetFloor(IPrimaryHistory history, int epoch, long now, out WalPosition floor)
    {
        floor = default;
        if (Volatile.Read(ref _pendingWriters) > 0)
        {
            SweepWrites(now);
            if (Volatile.Read(ref _pendingWriters) > 0)
                return FloorStatus.NotSampledYet;
        }

        if (Volatile.Read(ref _after) == 0)
            return FloorStatus.None;
        lock (this)
        {
            if (now > _pinnedUntil)
            {
                _after = 0;
                return FloorStatus.None;
            }

            if (_epoch != epoch || epoch == 0)
            {
                if (!history.TryFindPosition(_after, out _floor, out _epoch) || _epoch != epoch)
                {
                    _epoch = 0;
                    return FloorStatus.NotSampledYet;
                }
            }

            floor = _floor;
            return FloorStatus.Known;
        }
    }

    private void SweepWrites(long now)
    {
        if (Volatile.Read(ref _handedOut) is not { } list || list.Sweep() is not (> 0 and var ended))
            return;
        NoteWrite(now);
        Interlocked.Add(ref _pendingWriters, -ended);
    }

    private void RaiseForRead(long moment)
    {
        // Reads do not prolong a pin: a session that does nothing but read must get back to the replicas.
        if (_after == 0 || moment > _pinnedUntil)
            _pinnedUntil = moment + maxPin;
        RaiseTo(moment);
    }

    private void RaiseTo(long moment)
    {
        if (moment < _after)
            return;
        _after = moment; // also at the same moment: the position that is known may be an earlier write's
        _epoch = 0;
    }
}

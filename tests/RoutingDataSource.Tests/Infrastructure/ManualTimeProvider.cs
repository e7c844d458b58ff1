namespace ReplicaRouting.Tests.Infrastructure;

/// <summary>A clock that stands still until a test moves it; timers fire while it is moved, in their order.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(Func<TimeSpan, bool> Wanted, TaskCompletionSource<TimeSpan> Found)> _waiters = [];
    private readonly Dictionary<TimeSpan, int> _created = [];
    private TimeSpan _elapsed;

    /// <summary>Ticks of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_lock) return _elapsed.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return Beginning + _elapsed;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        TimeSpan end;
        lock (_lock) end = _elapsed + time;
        while (NextDue(end) is { } timer)
            timer.Fire();
        lock (_lock) _elapsed = end;
    }

    /// <summary>How many waits of exactly this length have begun.</summary>
    public int CountBegun(TimeSpan length)
    {
        lock (_lock) return _created.GetValueOrDefault(length);
    }

    /// <summary>The time left until each timer fires, the next one first.</summary>
    public IReadOnlyList<TimeSpan> Timers
    {
        get
        {
            lock (_lock) return [.. _timers.Select(timer => timer.Due!.Value - _elapsed).Order()];
        }
    }

    /// <summary>Waits until something waits on this clock for a certain time, so that moving the clock has a meaning. A real 30 s at most.</summary>
    /// <param name="wanted">Says of the time that is left until a timer fires whether it is the one.</param>
    /// <returns>The time that is left.</returns>
    public Task<TimeSpan> WaitForTimerAsync(Func<TimeSpan, bool> wanted)
    {
        lock (_lock)
        {
            foreach (var timer in _timers)
            {
                if (wanted(timer.Due!.Value - _elapsed))
                    return Task.FromResult(timer.Due.Value - _elapsed);
            }

            var found = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((wanted, found));
            return found.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private void NoteTimer(TimeSpan left)
    {
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (!_waiters[i].Wanted(left))
                continue;
            _waiters[i].Found.TrySetResult(left);
            _waiters.RemoveAt(i);
        }
    }

    private ManualTimer? NextDue(TimeSpan end)
    {
        lock (_lock)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (next is not null && next.Due > _elapsed)
                _elapsed = next.Due.Value;
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public TimeSpan? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._elapsed + dueTime;
                clock._timers.Remove(this);
                if (Due is null)
                    return true;
                clock._timers.Add(this);
                clock._created[dueTime] = clock._created.GetValueOrDefault(dueTime) + 1;
                clock.NoteTimer(dueTime);
                return true;
            }
        }

        public void Fire()
        {
            lock (clock._lock)
            {
                if (Due is null)
                    return;
                Due = _period > TimeSpan.Zero ? Due + _period : null;
                if (Due is null)
                    clock._timers.Remove(this);
            }

            callback(state);
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                Due = null;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

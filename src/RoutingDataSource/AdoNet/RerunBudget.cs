namespace ReplicaRouting.AdoNet;

/// <summary>How many reads of a data source may be tried a second time: a burst, and a steady rate after it. Lock-free.</summary>
/// <param name="ticksPerSecond">The frequency of the clock that the moments come from.</param>
internal sealed class RerunBudget(long ticksPerSecond)
{
    // Enough for every connection of a few full pools to be lost at once.
    internal const int Burst = 1000;
    internal const int PerSecond = 100;

    private readonly long _ticksEach = ticksPerSecond / PerSecond;
    private long _spentUntil = long.MinValue / 2;

    /// <summary>Takes one rerun.</summary>
    /// <param name="now">The current moment.</param>
    /// <returns>Whether the budget allowed it.</returns>
    public bool TryTake(long now)
    {
        while (true)
        {
            // The moment at which the budget would be full again moves ahead with each rerun, by at most a burst.
            var spent = Volatile.Read(ref _spentUntil);
            var next = Math.Max(spent, now) + _ticksEach;
            if (next - now > Burst * _ticksEach)
                return false;
            if (Interlocked.CompareExchange(ref _spentUntil, next, spent) == spent)
                return true;
        }
    }
}

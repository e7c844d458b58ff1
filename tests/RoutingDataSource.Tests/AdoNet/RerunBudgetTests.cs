using ReplicaRouting.AdoNet;

namespace ReplicaRouting.Tests.AdoNet;

/// <summary>How many second tries a data source has: on a clock of 1000 ticks a second, one comes back every 10.</summary>
public sealed class RerunBudgetTests
{
    private const long TicksEach = 1000 / RerunBudget.PerSecond;

    private readonly RerunBudget _budget = new(1000);

    [Theory]
    [InlineData(0)]
    [InlineData(-5_000_000_000)]
    [InlineData(long.MaxValue / 4)]
    public void TryTake_AtOneMoment_ABurstAndNoMore(long now) => Assert.Equal(RerunBudget.Burst, Take(now, RerunBudget.Burst + 50));

    [Fact]
    public void TryTake_AfterTheBurst_AsManyAsTimeHasGivenBack()
    {
        Take(0, RerunBudget.Burst);
        Assert.False(_budget.TryTake(TicksEach - 1));
        Assert.True(_budget.TryTake(TicksEach));
        Assert.False(_budget.TryTake(TicksEach));
        Assert.Equal(7, Take(8 * TicksEach, 100));
        Assert.Equal(RerunBudget.Burst, Take(1_000_000, RerunBudget.Burst + 50)); // never more than a burst, however long it was not used
    }

    [Fact]
    public void TryTake_ManyThreadsAtOnce_GiveOutEachOnce()
    {
        var taken = 0;
        Parallel.For(0, RerunBudget.Burst * 3, _ =>
        {
            if (_budget.TryTake(0))
                Interlocked.Increment(ref taken);
        });
        Assert.Equal(RerunBudget.Burst, taken);
    }

    private int Take(long now, int times) => Enumerable.Range(0, times).Count(_ => _budget.TryTake(now));
}

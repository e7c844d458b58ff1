namespace ReplicaRouting.Tests.Infrastructure;

public sealed class ManualTimeProviderTests
{
    [Fact]
    public void Advance_TimersOnTheWay_FireInOrderAtTheirMoments()
    {
        var clock = new ManualTimeProvider();
        var fired = new List<(string Timer, long At)>();
        using var late = clock.CreateTimer(_ => fired.Add(("late", clock.GetTimestamp())), null, TimeSpan.FromTicks(30), Timeout.InfiniteTimeSpan);
        using var periodic = clock.CreateTimer(_ => fired.Add(("periodic", clock.GetTimestamp())), null, TimeSpan.FromTicks(20), TimeSpan.FromTicks(20));

        clock.Advance(TimeSpan.FromTicks(40));

        Assert.Equal([("periodic", 20), ("late", 30), ("periodic", 40)], fired);
        Assert.Equal(40, clock.GetTimestamp());
    }

    [Fact]
    public void Advance_JustBeforeATimer_DoesNotFireIt()
    {
        var clock = new ManualTimeProvider();
        var delay = Task.Delay(TimeSpan.FromMilliseconds(10), clock);
        clock.Advance(TimeSpan.FromMilliseconds(9));
        Assert.False(delay.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(delay.IsCompletedSuccessfully);
    }
}

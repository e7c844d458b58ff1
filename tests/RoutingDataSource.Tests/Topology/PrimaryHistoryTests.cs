using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

public sealed class PrimaryHistoryTests
{
    [Fact]
    public void TryFindPosition_Empty_IsNone()
    {
        var history = new PrimaryHistory();
        Assert.False(history.TryFindPosition(0, out _, out _));
        Assert.Null(history.Compare(new(1)));
        Assert.Null(history.Newest);
    }

    [Theory]
    [InlineData(9, 100UL)]
    [InlineData(10, 100UL)]
    [InlineData(11, 200UL)]
    [InlineData(20, 200UL)]
    [InlineData(30, 300UL)]
    [InlineData(31, null)]
    public void TryFindPosition_Moment_IsTheEarliestSampleAtOrAfterIt(long moment, ulong? expected)
    {
        var history = Filled();
        var found = history.TryFindPosition(moment, out var position, out var epoch);
        Assert.Equal(expected, found ? position.Value : null);
        Assert.Equal(7, epoch);
    }

    [Fact]
    public void Add_SamplesInARow_KeepTheNewestAndOneForEachSpacing()
    {
        var history = new PrimaryHistory(capacity: 8, spacing: 10);
        for (var moment = 0; moment <= 60; moment++)
            history.Add(moment, new((ulong)moment));
        Assert.Equal((new(60), 18), history.Compare(new(19))!.Value);
        Assert.Equal((new(60), 0), history.Compare(new(0))!.Value); // the oldest is still there
        Assert.True(history.TryFindPosition(60, out var newest, out _));
        Assert.Equal(new(60), newest);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public void TryFindNewest_Moment_IsTheLastSampleUnlessItIsEarlier(long moment, bool expected)
    {
        Assert.Equal(expected, Filled().TryFindNewest(moment, out var position));
        Assert.Equal(expected ? 300UL : 0UL, position.Value);
    }

    [Theory]
    [InlineData(99UL, null)]
    [InlineData(100UL, 10L)]
    [InlineData(199UL, 10L)]
    [InlineData(200UL, 20L)]
    [InlineData(300UL, 30L)]
    [InlineData(999UL, 30L)]
    public void Compare_ReplayPosition_PassedIsTheNewestSampleThatItHas(ulong replayed, long? expected)
    {
        var compared = Filled().Compare(new(replayed))!.Value;
        Assert.Equal(new(300), compared.Newest);
        Assert.Equal(expected, compared.Passed);
    }

    [Fact]
    public void Compare_IdlePrimary_PassedIsTheNewestOfTheEqualSamples()
    {
        var history = Filled();
        history.Add(40, new(300));
        Assert.Equal(40, history.Compare(new(300))!.Value.Passed);
    }

    [Fact]
    public void Add_BeyondTheCapacity_ForgetsTheOldest()
    {
        var history = new PrimaryHistory(capacity: 3);
        for (var i = 1; i <= 5; i++)
            history.Add(i * 10, new((ulong)i * 100));
        Assert.True(history.TryFindPosition(0, out var oldest, out _));
        Assert.Equal(new(300), oldest);
        Assert.Null(history.Compare(new(299))!.Value.Passed);
        Assert.Equal(50, history.Newest);
    }

    [Fact]
    public void Add_OlderThanTheNewest_IsIgnored()
    {
        var history = Filled();
        history.Add(29, new(999));
        Assert.Equal(new(300), history.Compare(default)!.Value.Newest);
        history.Add(30, new(310));
        Assert.Equal(new(310), history.Compare(default)!.Value.Newest);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(201, false)]
    public void Contains_Position_IsThatOfASample(ulong position, bool expected) => Assert.Equal(expected, Filled().Contains(new(position)));

    [Fact]
    public void Reset_NewEpoch_ForgetsEverything()
    {
        var history = Filled();
        history.Reset(8);
        Assert.False(history.TryFindPosition(0, out _, out var epoch));
        Assert.Equal(8, epoch);
        Assert.Null(history.Compare(default));
    }

    private static PrimaryHistory Filled()
    {
        var history = new PrimaryHistory();
        history.Reset(7);
        history.Add(10, new(100));
        history.Add(20, new(200));
        history.Add(30, new(300));
        return history;
    }
}

using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

/// <summary>Whether a replica that does not tell what it receives is known to follow the primary after a failover.</summary>
public sealed class DescentTests
{
    private static readonly PrimaryElection Second = new(0, 2, 2, "1", 0, null);

    private readonly PrimaryHistory _history = new();
    private readonly NodeState _state = States.Create();

    public DescentTests()
    {
        _history.Reset(2);
        _history.Add(10, new(1400));
        _history.Add(20, new(2000));
        _state.ForgetDescent(new(1500)); // as far as the old timeline is known to have gone
    }

    [Theory]
    [InlineData(2000UL, null, true)] // where the new primary once stood, and nobody else
    [InlineData(1900UL, null, false)] // may be the old primary's
    [InlineData(1400UL, null, false)] // both timelines had that
    [InlineData(1900UL, 2, true)]
    [InlineData(1900UL, 1, false)]
    [InlineData(null, null, false)]
    public void CompareDescent_AfterAFailover_FollowsWhenItIsProven(ulong? position, int? reached, bool expected) =>
        Assert.Equal(expected, Follows(position, reached));

    [Fact]
    public void CompareDescent_NoPositionsButADelay_IsBelieved() => Assert.True(Follows(null, null, TimeSpan.Zero));

    [Fact]
    public void CompareDescent_ProvenOnce_HoldsForTheEpoch()
    {
        Assert.True(Follows(2000, null));
        Assert.True(Follows(2050, null));
        Assert.False(Follows(2050, null, election: Second with { Epoch = 3, Timeline = 3 }));
    }

    private bool Follows(ulong? position, int? reached, TimeSpan? delay = null, PrimaryElection? election = null)
    {
        _state.Answer(0, new(NodeRole.Replica, position is { } value ? new(value) : null) { SystemIdentifier = "1", ReachedTimeline = reached, Delay = delay });
        _state.CompareDescent(election ?? Second, _history);
        return _state.Snapshot.FollowsPrimary;
    }
}

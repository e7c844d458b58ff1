using ReplicaRouting.Selection;
using ReplicaRouting.Tests.Infrastructure;

namespace ReplicaRouting.Tests.Selection;

public sealed class EligibilityTests
{
    private static readonly SelectionBounds Bounds = new(TimeSpan.FromSeconds(5), 1000);
    private static readonly SelectionBounds NoBounds = new(null, null);

    [Fact]
    public void Reject_ReplicaWithinBounds_IsNull() => Assert.Null(Eligibility.Reject(Snapshots.Replica(), Bounds));

    [Fact]
    public void Reject_Unreachable_IsUnreachable() =>
        Assert.Equal(Rejection.Unreachable, Eligibility.Reject(Snapshots.Replica() with { IsReachable = false }, NoBounds));

    [Fact]
    public void Reject_Foreign_IsUnreachable() => Assert.Equal(Rejection.Unreachable, Eligibility.Reject(Snapshots.Replica() with { IsForeign = true }, NoBounds));

    [Fact]
    public void Reject_NeverAsked_IsUnreachable() =>
        Assert.Equal(Rejection.Unreachable, Eligibility.Reject(Snapshots.Replica() with { Role = NodeRole.Unknown }, NoBounds));

    [Fact]
    public void Reject_Primary_IsNotReplica() => Assert.Equal(Rejection.NotReplica, Eligibility.Reject(Snapshots.Primary(), NoBounds));

    [Fact]
    public void Reject_Drained_IsDrained() => Assert.Equal(Rejection.Drained, Eligibility.Reject(Snapshots.Replica() with { IsDrained = true }, NoBounds));

    [Fact]
    public void Reject_LagUnknown_IsRejectedEvenWithoutBounds() =>
        Assert.Equal(Rejection.LagUnknown, Eligibility.Reject(Snapshots.Replica() with { Lag = null }, NoBounds));

    [Fact]
    public void Reject_NotKnownToFollowThePrimary_IsRejectedWhateverItsPositionSays() =>
        Assert.Equal(Rejection.LagUnknown, Eligibility.Reject(Snapshots.Replica() with { FollowsPrimary = false }, NoBounds));

    [Fact]
    public void Reject_DelayUnknown_IsRejectedOnlyWithABoundOnIt()
    {
        var node = Snapshots.Replica() with { Lag = new(10, null) };
        Assert.Equal(Rejection.LagUnknown, Eligibility.Reject(node, Bounds));
        Assert.Null(Eligibility.Reject(node, new(null, 10)));
    }

    [Theory]
    [InlineData(5.0, null)]
    [InlineData(5.0000001, "Lagging")]
    public void Reject_DelayAtItsBound_IsWithin(double seconds, string? expected) =>
        Assert.Equal(expected, Eligibility.Reject(Snapshots.Replica() with { Lag = new(0, TimeSpan.FromSeconds(seconds)) }, Bounds)?.ToString());

    [Theory]
    [InlineData(1000, null)]
    [InlineData(1001, "Lagging")]
    public void Reject_BytesAtTheirBound_AreWithin(long bytes, string? expected) =>
        Assert.Equal(expected, Eligibility.Reject(Snapshots.Replica() with { Lag = new(bytes, TimeSpan.Zero) }, Bounds)?.ToString());

    [Fact]
    public void Reject_WithoutBounds_AnyKnownLagWillDo() =>
        Assert.Null(Eligibility.Reject(Snapshots.Replica() with { Lag = new(long.MaxValue, TimeSpan.MaxValue) }, NoBounds));
}

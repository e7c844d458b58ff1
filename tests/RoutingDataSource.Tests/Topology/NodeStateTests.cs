using Npgsql;
using ReplicaRouting.Tests.Infrastructure;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

public sealed class NodeStateTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly PrimaryHistory _history = new();

    [Fact]
    public void MeasureLag_NoPrimarySeenYet_IsUnknown()
    {
        var state = States.Create().Answers(NodeRole.Replica);
        Measure(state);
        Assert.Null(state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_LevelWithThePrimary_IsZeroHoweverLongItIsIdle()
    {
        _history.Add(Now, new(1000));
        _time.Advance(TimeSpan.FromHours(1));
        var state = States.Create().Answers(NodeRole.Replica, position: 1000);
        Measure(state);
        Assert.Equal(new ReplicationLag(0, TimeSpan.Zero), state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_AheadOfTheNewestSample_IsZero()
    {
        _history.Add(Now, new(1000));
        var state = States.Create().Answers(NodeRole.Replica, position: 1001);
        Measure(state);
        Assert.Equal(new ReplicationLag(0, TimeSpan.Zero), state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_Behind_CountsBytesAndTheAgeOfWhatItHas()
    {
        _history.Add(Now, new(1000));
        _time.Advance(TimeSpan.FromSeconds(3));
        _history.Add(Now, new(1500));
        _time.Advance(TimeSpan.FromSeconds(1));
        var state = States.Create().Answers(NodeRole.Replica, position: 1499);
        Measure(state);
        Assert.Equal(new ReplicationLag(1, TimeSpan.FromSeconds(4)), state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_BehindTheOldestSample_HasBytesAndNoDelay()
    {
        _history.Add(Now, new(1000));
        var state = States.Create().Answers(NodeRole.Replica, position: 999);
        Measure(state);
        Assert.Equal(new ReplicationLag(1, null), state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_MeasuredBeforeTheSample_IsNotNegative()
    {
        _time.Advance(TimeSpan.FromSeconds(10));
        _history.Add(Now, new(1000));
        _time.Advance(TimeSpan.FromSeconds(1));
        _history.Add(Now, new(1500));
        var state = States.Create().Answers(NodeRole.Replica, position: 1000);
        state.MeasureLag(_history, 0, _time);
        Assert.Equal(TimeSpan.Zero, state.Snapshot.Lag!.Value.Delay);
    }

    [Fact]
    public void MeasureLag_ThePrimary_HasNone()
    {
        _history.Add(Now, new(1000));
        var state = States.Create().Answers(NodeRole.Replica);
        Measure(state);
        Assert.NotNull(state.Snapshot.Lag);
        state.Answers(NodeRole.Primary);
        Measure(state);
        Assert.Null(state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_ProbeWithoutPosition_TakesTheReportedDelay()
    {
        _history.Add(Now, new(1000));
        var state = States.Create().Answers(NodeRole.Replica, position: null, delay: TimeSpan.FromSeconds(2));
        Measure(state);
        Assert.Equal(new ReplicationLag(0, TimeSpan.FromSeconds(2)), state.Snapshot.Lag);
        state.Answers(NodeRole.Replica, position: null);
        Measure(state);
        Assert.Null(state.Snapshot.Lag);
    }

    [Fact]
    public void MeasureLag_PositionAndReportedDelay_DelayIsTheReportedOne()
    {
        _history.Add(Now, new(1000));
        var state = States.Create().Answers(NodeRole.Replica, position: 900, delay: TimeSpan.FromSeconds(2));
        Measure(state);
        Assert.Equal(new ReplicationLag(100, TimeSpan.FromSeconds(2)), state.Snapshot.Lag);
    }

    [Fact]
    public void Answer_First_IsWarmAtOnce()
    {
        var state = States.Create();
        Assert.False(state.HasAnswered);
        state.Answers(NodeRole.Replica);
        Assert.True(state.HasAnswered);
        Assert.Equal(NodeSnapshot.FullyWarm, state.Snapshot.WarmUp);
    }

    [Fact]
    public void Answer_AfterAnAbsence_WarmsUpByQuarters()
    {
        var state = States.Create().Answers(NodeRole.Replica).Misses();
        var warmths = Enumerable.Range(0, 5).Select(_ => state.Answers(NodeRole.Replica).Snapshot.WarmUp);
        Assert.Equal([1, 2, 3, 4, 4], warmths.ToList());
    }

    [Fact]
    public void Miss_EachTime_CountsAndSaysWhy()
    {
        var state = States.Create().Answers(NodeRole.Replica).Misses().Misses(States.Refused());
        Assert.False(state.Snapshot.IsReachable);
        Assert.Equal(2, state.Snapshot.Failures);
        Assert.Contains("Failed to connect", state.Snapshot.FailureMessage, StringComparison.Ordinal);
        Assert.Equal(NodeRole.Replica, state.Snapshot.Role); // what it was stays known
        state.Answers(NodeRole.Replica);
        Assert.Equal((0, null), (state.Snapshot.Failures, state.Snapshot.FailureMessage));
    }

    [Fact]
    public void Miss_Kinds_TellGoneAndRefusedLogInApart()
    {
        var state = States.Create().Misses();
        Assert.False(state.IsGone);
        Assert.True(state.Misses(States.Refused()).IsGone);
        Assert.True(state.Misses(Error("57P03")).IsGone);
        Assert.False(state.Misses(Error("53300")).IsGone); // a full server says nothing of the kind
        Assert.Null(state.LoginError);
        foreach (var refused in new[] { "28P01", "28000", "3D000" }) // the password, the role, the database
            Assert.Equal(refused, state.Misses(Error(refused)).LoginError?.SqlState);
        Assert.Null(state.Answers(NodeRole.Replica).LoginError);
    }

    [Fact]
    public void SetupError_OfANodeThatNeverAnswered_IsWhatTryingAgainDoesNotMend()
    {
        var state = States.Create();
        Assert.NotNull(state.Misses(new NpgsqlException("no password")).SetupError);
        Assert.Null(state.Misses(new NpgsqlException("lost", new IOException())).SetupError);
        Assert.Null(state.Misses(new TimeoutException()).SetupError);
        Assert.Null(state.Misses(Error("28P01")).SetupError);
        Assert.NotNull(state.Misses(new NpgsqlException("no password")).SetupError);
        Assert.NotNull(state.Misses(new FileNotFoundException("no key")).SetupError);
        Assert.NotNull(state.Misses(new NotSupportedException("two settings")).SetupError);
        Assert.NotNull(state.Misses(new InvalidOperationException("a probe of the program's")).SetupError);
        Assert.Null(state.Misses(new System.Net.Sockets.SocketException()).SetupError); // no such host: may be there soon
        Assert.Null(state.Misses(new IOException("broken pipe")).SetupError);
        Assert.NotNull(state.Misses(new NpgsqlException("no handshake", new FileNotFoundException("no certificate"))).SetupError);
        Assert.Null(state.Answers(NodeRole.Replica).SetupError);
        Assert.Null(state.Misses(new NpgsqlException("the protocol is violated")).SetupError); // the settings were good
    }

    [Theory]
    [InlineData("1", "1", false)]
    [InlineData("1", "2", true)]
    [InlineData(null, "2", false)]
    [InlineData("1", null, false)]
    public void CompareIdentity_KnownAndUnknown_OnlyADifferenceIsForeign(string? cluster, string? node, bool expected)
    {
        var state = States.Create().Answers(NodeRole.Replica, system: node);
        state.CompareIdentity(cluster);
        Assert.Equal(expected, state.Snapshot.IsForeign);
    }

    private long Now => _time.GetTimestamp();

    private void Measure(NodeState state) => state.MeasureLag(_history, Now, _time);

    private static PostgresException Error(string sqlState) => new("no", "FATAL", "FATAL", sqlState);
}

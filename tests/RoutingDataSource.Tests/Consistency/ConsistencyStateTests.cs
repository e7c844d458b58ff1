using ReplicaRouting.Consistency;
using ReplicaRouting.Model;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Consistency;

public sealed class ConsistencyStateTests
{
    private const long MaxPin = 1000;

    private readonly ConsistencyState _state = new(MaxPin);
    private readonly History _history = new();

    [Fact]
    public void GetFloor_NothingWritten_IsNone()
    {
        Assert.True(_state.IsFree);
        Assert.Equal(FloorStatus.None, Floor(now: 100, out _));
    }

    [Fact]
    public void GetFloor_SampleBeforeTheWrite_IsNotSampledYet()
    {
        _history.Add(99, 500);
        _state.NoteWrite(100);
        Assert.False(_state.IsFree);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 101, out _));
    }

    [Fact]
    public void GetFloor_SampleAtTheWrite_IsKnown()
    {
        _state.NoteWrite(100);
        _history.Add(100, 500);
        _history.Add(200, 900);
        Assert.Equal(FloorStatus.Known, Floor(now: 300, out var floor));
        Assert.Equal(new(500), floor); // the earliest that covers the write, not the newest
    }

    [Fact]
    public void NotePrimaryRead_AfterThePinOfAWriteEnded_PinsAnew()
    {
        _state.NoteWrite(100);
        _state.NotePrimaryRead(100 + MaxPin + 50);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 100 + MaxPin + 60, out _));
    }

    [Fact]
    public void NoteReplicaRead_OnAnotherReplicaThanBefore_RequiresWhatEitherHasShown()
    {
        _state.NoteReplicaRead(1, 100);
        Assert.True(_state.IsFree);
        _state.NoteReplicaRead(2, 110);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 120, out _));
    }

    [Fact]
    public void GetFloor_LaterWrite_RaisesIt()
    {
        _state.NoteWrite(100);
        _history.Add(100, 500);
        Floor(now: 100, out _);
        _state.NoteWrite(150);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 150, out _));
        _history.Add(150, 700);
        Assert.Equal(FloorStatus.Known, Floor(now: 151, out var floor));
        Assert.Equal(new(700), floor);
    }

    [Fact]
    public void GetFloor_AnEarlierMomentNotedLater_DoesNotLowerIt()
    {
        _history.Add(100, 500);
        _history.Add(200, 900);
        _state.NoteWrite(200);
        _state.NotePrimaryRead(100);
        Floor(now: 201, out var floor);
        Assert.Equal(new(900), floor);
    }

    [Fact]
    public void GetFloor_AtAndAfterTheLongestPin_IsKnownAndThenNone()
    {
        _state.NoteWrite(100);
        _history.Add(100, 500);
        Assert.Equal(FloorStatus.Known, Floor(now: 100 + MaxPin, out _));
        Assert.Equal(FloorStatus.None, Floor(now: 101 + MaxPin, out _));
        Assert.True(_state.IsFree);
    }

    [Fact]
    public void GetFloor_ReadsOnThePrimary_DoNotProlongAPin()
    {
        _state.NoteWrite(100);
        _state.NotePrimaryRead(1000);
        _history.Add(1000, 500);
        Assert.Equal(FloorStatus.Known, Floor(now: 100 + MaxPin, out _));
        Assert.Equal(FloorStatus.None, Floor(now: 101 + MaxPin, out _));
    }

    [Fact]
    public void GetFloor_PrimaryReadWithoutAWrite_IsAFloorOfItsOwn()
    {
        _state.NotePrimaryRead(100);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 100, out _));
        _history.Add(100, 500);
        Assert.Equal(FloorStatus.Known, Floor(now: 100 + MaxPin, out _));
        Assert.Equal(FloorStatus.None, Floor(now: 101 + MaxPin, out _));
    }

    [Fact]
    public void GetFloor_OtherEpoch_IsLookedUpAgain()
    {
        _state.NoteWrite(100);
        _history.Add(100, 500);
        Floor(now: 100, out _);

        _history.Clear(epoch: 2);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 110, out _, epoch: 2));
        _history.Add(120, 40);
        Assert.Equal(FloorStatus.Known, Floor(now: 130, out var floor, epoch: 2));
        Assert.Equal(new(40), floor);
    }

    [Fact]
    public void GetFloor_SampleOfAnotherEpochThanTheSnapshot_IsNotSampledYet()
    {
        _state.NoteWrite(100);
        _history.Clear(epoch: 2);
        _history.Add(100, 500);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 100, out _, epoch: 1));
    }

    [Fact]
    public void GetFloor_WhileAWriteRuns_IsNotSampledYet()
    {
        _history.Add(long.MaxValue, 500);
        _state.BeginWrite();
        Assert.False(_state.IsFree);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 100, out _));
        _state.EndWrite(200);
        Assert.Equal(FloorStatus.Known, Floor(now: 200, out _));
    }

    [Fact]
    public void GetFloor_TwoWritesRun_WaitsForBoth()
    {
        _history.Add(long.MaxValue, 500);
        _state.BeginWrite();
        _state.BeginWrite();
        _state.EndWrite(100);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 100, out _));
        _state.EndWrite(110);
        Assert.Equal(FloorStatus.Known, Floor(now: 110, out _));
    }

    [Fact]
    public void LeaveReplica_AfterReadsThere_TheLastReadIsTheFloor()
    {
        _state.NoteReplicaRead(2, 100);
        _state.NoteReplicaRead(2, 150);
        Assert.Equal(2, _state.Replica);
        Assert.True(_state.IsFree);

        _state.LeaveReplica(300);

        Assert.Equal(ConsistencyState.NoReplica, _state.Replica);
        _history.Add(149, 400);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 300, out _));
        _history.Add(150, 500);
        Assert.Equal(FloorStatus.Known, Floor(now: 300, out var floor));
        Assert.Equal(new(500), floor);
    }

    [Fact]
    public void LeaveReplica_WithoutOne_LeavesTheSessionFree()
    {
        _state.LeaveReplica(100);
        Assert.True(_state.IsFree);
    }

    [Theory]
    [InlineData(499UL, 1, 2)] // not everybody has replayed what the session may have seen
    [InlineData(500UL, 1, ConsistencyState.NoReplica)]
    [InlineData(500UL, 2, 2)] // a position of another epoch proves nothing
    public void ReleaseReplica_OnlyWhenAllReplicasHaveWhatWasSeen_FreesTheChoice(ulong leastReplayed, int epoch, int expected)
    {
        _state.NoteReplicaRead(2, 100);
        _history.Add(100, 500);
        _state.ReleaseReplica(_history, epoch, new(leastReplayed));
        Assert.Equal(expected, _state.Replica);
    }

    [Fact]
    public void ReleaseReplica_NoSampleSinceTheLastRead_KeepsIt()
    {
        _state.NoteReplicaRead(2, 100);
        _history.Add(99, 500);
        _state.ReleaseReplica(_history, 1, new(ulong.MaxValue));
        Assert.Equal(2, _state.Replica);
    }

    [Fact]
    public void GetReleased_OfTheSamePrimary_IsWhatWasSeenUntilAnotherReplicaIsChosen()
    {
        Assert.Equal(default, _state.GetReleased(1));
        Release();
        Assert.Equal(new(500), _state.GetReleased(1));
        Assert.True(_state.IsFree);
        Assert.True(_state.TryGetSeen(_history, 1, out var seen));
        Assert.Equal(new(500), seen);
        _state.NoteReplicaRead(3, 200);
        Assert.True(_state.IsFree); // the one that was chosen has passed it, so nothing is asked of others
        Assert.Equal(default, _state.GetReleased(1));
        Assert.False(_state.TryGetSeen(_history, 1, out _)); // no probe since
        _history.Add(200, 600);
        Assert.True(_state.TryGetSeen(_history, 1, out seen));
        Assert.Equal(new(600), seen);
    }

    [Fact]
    public void LeaveReplica_ReadsWereNotedOutOfOrder_TheLaterOneIsTheFloor()
    {
        _state.NoteReplicaRead(2, 100);
        _state.NoteReplicaRead(2, 300); // by one connection of the session
        _state.NoteReplicaRead(2, 200); // by another one
        _history.Add(250, 500);
        _state.LeaveReplica(400);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 400, out _));
        _history.Add(300, 600);
        Assert.Equal(FloorStatus.Known, Floor(now: 400, out var floor));
        Assert.Equal(new(600), floor);
    }

    [Fact]
    public void GetReleased_OfAnotherPrimary_BecomesAFloor()
    {
        Release();
        Assert.Equal(default, _state.GetReleased(2));
        Assert.False(_state.IsFree);
        Assert.Equal(FloorStatus.NotSampledYet, Floor(now: 100, out _, epoch: 2));
    }

    [Fact]
    public void LeaveReplica_AfterTheRelease_TheLastReadIsTheFloor()
    {
        Release();
        _state.LeaveReplica(300);
        Assert.Equal(default, _state.GetReleased(1));
        Assert.Equal(FloorStatus.Known, Floor(now: 300, out var floor));
        Assert.Equal(new(500), floor);
    }

    private void Release()
    {
        _state.NoteReplicaRead(2, 100);
        _history.Add(100, 500);
        _state.ReleaseReplica(_history, 1, new(500));
        Assert.Equal(ConsistencyState.NoReplica, _state.Replica);
    }

    private FloorStatus Floor(long now, out WalPosition floor, int epoch = 1) => _state.GetFloor(_history, epoch, now, out floor);

    private sealed class History : IPrimaryHistory
    {
        private readonly List<(long Timestamp, WalPosition Position)> _samples = [];
        private int _epoch = 1;

        public void Add(long timestamp, ulong position) => _samples.Add((timestamp, new(position)));

        public void Clear(int epoch)
        {
            _samples.Clear();
            _epoch = epoch;
        }

        public bool TryFindPosition(long timestamp, out WalPosition position, out int epoch)
        {
            epoch = _epoch;
            var index = _samples.FindIndex(sample => sample.Timestamp >= timestamp);
            position = index < 0 ? default : _samples[index].Position;
            return index >= 0;
        }

        public bool TryFindNewest(long timestamp, out WalPosition position)
        {
            position = _samples.Count == 0 ? default : _samples[^1].Position;
            return _samples.Count > 0 && _samples[^1].Timestamp >= timestamp;
        }
    }

    [Fact]
    public void HandedOutWrite_EndsWithoutTelling_IsSeenByTheNextLookAtTheFloor()
    {
        var history = new PrimaryHistory();
        history.Reset(1);
        var reader = new Reader();
        _state.BeginWrite();
        _state.HandOutWrite(reader);
        history.Add(120, new(5000));
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(history, 1, 130, out _)); // it may still write

        reader.HasEnded = true;
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(history, 1, 140, out _)); // ended by 140, and the newest sample is of 120
        history.Add(150, new(6000));
        Assert.Equal((FloorStatus.Known, 6000UL), (_state.GetFloor(history, 1, 160, out var floor), floor.Value));
        Assert.False(_state.TakeBackWrite(reader)); // counted down already
    }

    [Fact]
    public void HandedOutWrite_TakenBack_IsPendingUntilItsOwnerEndsIt()
    {
        var history = new PrimaryHistory();
        history.Reset(1);
        var reader = new Reader { HasEnded = true };
        _state.BeginWrite();
        _state.HandOutWrite(reader);
        Assert.True(_state.TakeBackWrite(reader));
        history.Add(120, new(5000));
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(history, 1, 130, out _)); // nobody asks the reader any more
        _state.EndWrite(110);
        Assert.Equal(FloorStatus.Known, _state.GetFloor(history, 1, 130, out _));
    }

    [Fact]
    public void HandedOutWrites_OneHasEnded_TheOtherIsStillPending()
    {
        var history = new PrimaryHistory();
        history.Reset(1);
        var (ended, open) = (new Reader { HasEnded = true }, new Reader());
        foreach (var reader in new[] { ended, open })
        {
            _state.BeginWrite();
            _state.HandOutWrite(reader);
        }

        history.Add(150, new(5000));
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(history, 1, 140, out _));
        Assert.True(_state.HasPendingWrite);
        open.HasEnded = true;
        Assert.Equal(FloorStatus.Known, _state.GetFloor(history, 1, 150, out _));
    }

    [Fact]
    public void GetFloor_NoPrimaryWasEverSeen_IsNotSampledYet()
    {
        _state.NoteWrite(100);
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(new PrimaryHistory(), epoch: 0, 110, out _));
    }

    [Theory]
    [InlineData(900, 500, 900)]
    [InlineData(500, 900, 900)]
    public void SetFloor_Twice_TheHigherOneStays(ulong first, ulong second, ulong expected)
    {
        _state.SetFloor(new(first), 1, 100);
        _state.SetFloor(new(second), 1, 110);
        Assert.Equal((FloorStatus.Known, expected), (_state.GetFloor(new PrimaryHistory(), 1, 120, out var floor), floor.Value));
    }

    [Fact]
    public void SetFloor_WhileAWriteHasNoPositionYet_CoversBoth()
    {
        var history = new PrimaryHistory();
        history.Reset(1);
        _state.NoteWrite(100);
        _state.SetFloor(new(500), 1, 110);
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(history, 1, 120, out _)); // the write may be beyond 500
        history.Add(110, new(900));
        Assert.Equal((FloorStatus.Known, 900UL), (_state.GetFloor(history, 1, 120, out var floor), floor.Value));
    }

    [Fact]
    public void NoteWrite_AtTheMomentOfAFloorThatIsKnown_IsLookedUp()
    {
        _state.SetFloor(new(500), 1, 100);
        _state.NoteWrite(100); // the clock has not moved, but the write is beyond what was taken over
        Assert.Null(_state.Sampled(1));
        Assert.Equal(FloorStatus.NotSampledYet, _state.GetFloor(new PrimaryHistory(), 1, 110, out _));
    }

    [Fact]
    public void Sampled_OfThisEpochAndWithNothingPending_IsTheFloor()
    {
        _state.SetFloor(new(500), 1, 100);
        Assert.Equal(new(500), _state.Sampled(1));
        Assert.Null(_state.Sampled(2));
        _state.BeginWrite();
        Assert.Null(_state.Sampled(1));
    }

    private sealed class Reader : IHandedOut
    {
        public bool HasEnded { get; set; }
    }
}

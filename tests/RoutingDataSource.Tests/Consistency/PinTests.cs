using ReplicaRouting.Consistency;

namespace ReplicaRouting.Tests.Consistency;

/// <summary>How the pin of a session that wrote ends, and what its token says meanwhile.</summary>
public sealed class PinTests
{
    private const long MaxPin = 1000;

    private readonly Owner _owner = new();

    [Fact]
    public void EndPin_NothingWritten_IsNone()
    {
        var state = new ConsistencyState(MaxPin);
        state.NotePrimaryRead(10); // pins as well, but nobody's write is waited for
        Assert.False(state.IsPinned);
        Assert.Null(state.EndPin(20, out _));
    }

    [Theory]
    [InlineData(100 + MaxPin, "CaughtUp")]
    [InlineData(101 + MaxPin, "Expired")]
    public void EndPin_AfterAWrite_SaysOnceHowItEndedAndHowLongItLasted(long now, string expected)
    {
        var state = new ConsistencyState(MaxPin);
        state.NoteWrite(50);
        state.NoteWrite(100);
        Assert.True(state.IsPinned);
        Assert.Equal(expected, state.EndPin(now, out var ticks).ToString());
        Assert.Equal(now - 100, ticks); // of the last write
        Assert.Null(state.EndPin(now, out _));
        Assert.False(state.IsPinned);
    }

    [Fact]
    public void Dispose_OfASession_EndsItsPinsOnce()
    {
        var session = RoutingSession.Begin();
        session.StateFor(_owner).NoteWrite(1);
        using (RoutingSession.Begin())
            _ = RoutingSession.Current!.StateFor(_owner);
        Assert.Empty(_owner.Ended); // the inner one is part of the outer
        session.Dispose();
        session.Dispose();
        Assert.Same(session.StateFor(_owner), Assert.Single(_owner.Ended));
    }

    [Fact]
    public async Task GetTokenAsync_WriteThatHasNotEnded_CarriesNoPosition()
    {
        using var session = RoutingSession.Begin();
        var state = session.StateFor(_owner);
        state.BeginWrite();
        Assert.Equal(default, Assert.Single((await session.GetTokenAsync())!.Entries).Position);
        Assert.Equal(0, _owner.Samples);
        state.EndWrite(100);
        Assert.Equal(new(100_000), Assert.Single((await session.GetTokenAsync())!.Entries).Position);
    }

    [Theory]
    [InlineData(555, 700)]
    [InlineData(900, 900)]
    public async Task GetTokenAsync_PositionKnown_IsNotOlderThanTheNewestThatAnyTokenCanHave(ulong floor, ulong expected)
    {
        _owner.Newest = 700;
        using var session = RoutingSession.Begin(new([new(7, 3, new(floor))]));
        _ = session.StateFor(_owner);
        Assert.Equal(new(expected), Assert.Single((await session.GetTokenAsync())!.Entries).Position);
    }

    [Theory]
    [InlineData(100 + MaxPin, true)]
    [InlineData(101 + MaxPin, false)]
    public async Task GetTokenAsync_WhenThePinHasEnded_IsNone(long now, bool expected)
    {
        using var session = RoutingSession.Begin();
        session.StateFor(_owner).NoteWrite(100);
        _owner.Now = now;
        Assert.Equal(expected, await session.GetTokenAsync() is not null);
    }

    [Fact]
    public async Task GetTokenAsync_NothingUsedInTheSession_PassesItsTokenOn()
    {
        var token = new ConsistencyToken([new(7, 3, new(555))]);
        using var session = RoutingSession.Begin(token);
        Assert.Same(token, await session.GetTokenAsync());
    }

    [Fact]
    public async Task UsePrimary_InWorkThatOutlivesTheSession_EndsWithIt()
    {
        var go = new TaskCompletionSource();
        Task<RouteTarget?> late;
        using (RoutingSession.Begin())
        {
            RoutingSession.UsePrimary(); // as a request that asks for it: nobody disposes the scope
            Assert.Equal(RouteTarget.Primary, RoutingSession.ForcedTarget);
            late = Task.Run(async () =>
            {
                await go.Task;
                return RoutingSession.ForcedTarget;
            });
        }

        go.SetResult();
        Assert.Null(await late);
    }

    [Fact]
    public void StateFor_ManyAtOnce_IsOne()
    {
        using var session = RoutingSession.Begin();
        var states = new ConsistencyState[64];
        Parallel.For(0, states.Length, i => states[i] = session.StateFor(_owner));
        Assert.Single(states.Distinct());
    }

    private sealed class Owner : ISessionOwner
    {
        public List<ConsistencyState> Ended { get; } = [];

        public ulong Newest { get; set; }

        public int Samples { get; private set; }

        public long MaxPin => PinTests.MaxPin;

        public long Now { get; set; } = 200;

        public (ulong SystemIdentifier, int Timeline, int Epoch)? Identity => (7, 3, 1);

        public ValueTask<WalPosition?> SampleAsync(long moment, CancellationToken cancellationToken)
        {
            Samples++;
            return ValueTask.FromResult<WalPosition?>(new(moment == 0 ? Newest : (ulong)moment * 1000));
        }

        public void NoteSessionEnd(ConsistencyState state) => Ended.Add(state);
    }
}

using ReplicaRouting.Consistency;

namespace ReplicaRouting.Tests.Consistency;

public sealed class RoutingSessionTests
{
    private readonly Owner _owner = new();

    [Fact]
    public void Current_OutsideOfAnySession_IsNull() => Assert.Null(RoutingSession.Current);

    [Fact]
    public void Begin_Nested_SharesWhatIsWrittenAndOuterComesBack()
    {
        using (var outer = RoutingSession.Begin())
        {
            using (var inner = RoutingSession.Begin())
            {
                Assert.Same(inner, RoutingSession.Current);
                Assert.Same(outer.StateFor(_owner), inner.StateFor(_owner));
                inner.StateFor(_owner).NoteWrite(1);
            }

            Assert.True(outer.HasWritten);

            Assert.Same(outer, RoutingSession.Current);
        }

        Assert.Null(RoutingSession.Current);
    }

    [Fact]
    public async Task Begin_InWorkThatOutlivesASession_StandsOnItsOwn()
    {
        var go = new TaskCompletionSource();
        Task<bool> late;
        using (var session = RoutingSession.Begin())
        {
            var before = session.StateFor(_owner);
            late = Task.Run(async () =>
            {
                await go.Task;
                using var own = RoutingSession.Begin();
                return ReferenceEquals(own.StateFor(_owner), before);
            });
        }

        go.SetResult();
        Assert.False(await late);
    }

    [Fact]
    public async Task Current_AcrossAwaitAndIntoTasks_Flows()
    {
        using var session = RoutingSession.Begin();
        await Task.Yield();
        Assert.Same(session, RoutingSession.Current);
        Assert.Same(session, await Task.Run(() => RoutingSession.Current));
    }

    [Fact]
    public async Task Begin_InACalledMethod_DoesNotLeakToTheCaller()
    {
        await BeginAndForgetAsync();
        Assert.Null(RoutingSession.Current);
        Assert.Null(RoutingSession.ForcedTarget);

        static async Task BeginAndForgetAsync()
        {
            RoutingSession.Begin();
            RoutingSession.UsePrimary();
            await Task.Yield();
            Assert.NotNull(RoutingSession.Current);
        }
    }

    [Fact]
    public async Task Dispose_WorkThatOutlivesTheSession_KeepsItsFloor()
    {
        var go = new TaskCompletionSource();
        Task<RoutingSession?> late;
        RoutingSession session;
        using (session = RoutingSession.Begin())
            late = Task.Run(async () =>
            {
                await go.Task;
                return RoutingSession.Current;
            });
        go.SetResult();
        Assert.Same(session, await late);
        Assert.Null(RoutingSession.Current);
    }

    [Fact]
    public void Dispose_Twice_DoesNotEndAnother()
    {
        var first = RoutingSession.Begin();
        first.Dispose();
        using var second = RoutingSession.Begin();
        first.Dispose();
        Assert.Same(second, RoutingSession.Current);
    }

    [Fact]
    public void ForcedTarget_NestedScopes_InnermostDecides()
    {
        Assert.Null(RoutingSession.ForcedTarget);
        using (RoutingSession.UsePrimary())
        {
            Assert.Equal(RouteTarget.Primary, RoutingSession.ForcedTarget);
            using (RoutingSession.UseReplica())
                Assert.Equal(RouteTarget.Replica, RoutingSession.ForcedTarget);
            Assert.Equal(RouteTarget.Primary, RoutingSession.ForcedTarget);
        }

        Assert.Null(RoutingSession.ForcedTarget);
    }

    [Fact]
    public void ForcedTarget_DisposedInTheWrongOrder_LiveScopeDecides()
    {
        var outer = RoutingSession.UsePrimary();
        var inner = RoutingSession.UseReplica();
        outer.Dispose();
        Assert.Equal(RouteTarget.Replica, RoutingSession.ForcedTarget);
        inner.Dispose();
        Assert.Null(RoutingSession.ForcedTarget);
    }

    [Fact]
    public async Task ForcedTarget_ScopeEndedByTheCaller_EndsInTasksToo()
    {
        var go = new TaskCompletionSource();
        Task<RouteTarget?> late;
        using (RoutingSession.UsePrimary())
            late = Task.Run(async () =>
            {
                await go.Task;
                return RoutingSession.ForcedTarget;
            });
        go.SetResult();
        Assert.Null(await late);
    }

    [Fact]
    public void ForcedTarget_SessionInsideAScope_StillSeesTheScope()
    {
        using var scope = RoutingSession.UsePrimary();
        using var session = RoutingSession.Begin();
        Assert.Equal(RouteTarget.Primary, RoutingSession.ForcedTarget);
        Assert.Same(session, RoutingSession.Current);
    }

    [Fact]
    public void Current_ScopeInsideASession_StillSeesTheSession()
    {
        using var session = RoutingSession.Begin();
        using var scope = RoutingSession.UseReplica();
        Assert.Same(session, RoutingSession.Current);
    }

    [Fact]
    public void Current_OuterSessionDisposedBeforeTheInnerScope_IsNotTheEndedOne()
    {
        var session = RoutingSession.Begin();
        var scope = RoutingSession.UsePrimary();
        session.Dispose();
        scope.Dispose();
        Assert.Null(RoutingSession.ForcedTarget);
    }

    [Fact]
    public void StateFor_SameAndOtherOwner_IsOnePerOwner()
    {
        using var session = RoutingSession.Begin();
        var state = session.StateFor(_owner);
        Assert.Same(state, session.StateFor(_owner));
        Assert.NotSame(state, session.StateFor(new Owner()));
    }

    [Fact]
    public async Task StateFor_ManyThreadsAtOnce_IsOneObject()
    {
        using var session = RoutingSession.Begin();
        using var gate = new Barrier(8);
        var states = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                gate.SignalAndWait();
                return session.StateFor(_owner);
            },
            TaskCreationOptions.LongRunning)));
        Assert.Single(states.Distinct());
    }

    [Fact]
    public async Task GetTokenAsync_NothingWritten_IsNull()
    {
        using var session = RoutingSession.Begin();
        Assert.Null(await session.GetTokenAsync());
        session.StateFor(_owner);
        Assert.Null(await session.GetTokenAsync());
        Assert.False(session.HasWritten);
    }

    [Fact]
    public async Task GetTokenAsync_AfterAWrite_CarriesThePositionSampledAfterIt()
    {
        using var session = RoutingSession.Begin();
        session.StateFor(_owner).NoteWrite(100);
        Assert.True(session.HasWritten);
        var entry = Assert.Single((await session.GetTokenAsync())!.Entries);
        Assert.Equal(new(7, 3, new(100_000)), entry);
    }

    [Fact]
    public void Begin_TokenOfTheSameTimeline_TakesUpItsPosition()
    {
        using var session = RoutingSession.Begin(new([new(7, 3, new(555))]));
        Assert.Equal(new WalPosition(555), session.StateFor(_owner).Sampled(epoch: 1));
    }

    [Theory]
    [InlineData(8, 3, 555)] // another cluster
    [InlineData(7, 2, 555)] // before a failover
    [InlineData(7, 3, 0)] // no position known
    public void Begin_TokenThatProvesNothingHere_RequiresEverythingCommittedNow(ulong system, int timeline, ulong position)
    {
        using var session = RoutingSession.Begin(new([new(system, timeline, new(position))]));
        var state = session.StateFor(_owner);
        Assert.False(state.IsFree);
        Assert.Null(state.Sampled(epoch: 1));
        Assert.Equal(_owner.Now, state.GetMoment(_owner.Now));
    }

    private sealed class Owner : ISessionOwner
    {
        public long MaxPin => 1000;

        public long Now => 200;

        public (ulong SystemIdentifier, int Timeline, int Epoch)? Identity => (7, 3, 1);

        public ValueTask<WalPosition?> SampleAsync(long moment, CancellationToken cancellationToken) =>
            ValueTask.FromResult<WalPosition?>(new((ulong)moment * 1000));

        public void NoteSessionEnd(ConsistencyState state)
        {
        }
    }
}

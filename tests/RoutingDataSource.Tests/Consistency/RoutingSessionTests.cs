namespace ReplicaRouting.Tests.Consistency;

public sealed class RoutingSessionTests
{
    private readonly object _owner = new();

    [Fact]
    public void Current_OutsideOfAnySession_IsNull() => Assert.Null(RoutingSession.Current);

    [Fact]
    public void Begin_Nested_InnerStandsOnItsOwnAndOuterComesBack()
    {
        using (var outer = RoutingSession.Begin())
        {
            using (var inner = RoutingSession.Begin())
            {
                Assert.Same(inner, RoutingSession.Current);
                Assert.NotSame(outer.StateFor(_owner, 1), inner.StateFor(_owner, 1));
            }

            Assert.Same(outer, RoutingSession.Current);
        }

        Assert.Null(RoutingSession.Current);
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
        var state = session.StateFor(_owner, 1);
        Assert.Same(state, session.StateFor(_owner, 1));
        Assert.NotSame(state, session.StateFor(new object(), 1));
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
                return session.StateFor(_owner, 1);
            },
            TaskCreationOptions.LongRunning)));
        Assert.Single(states.Distinct());
    }
}

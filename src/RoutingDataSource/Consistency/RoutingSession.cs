namespace ReplicaRouting;

/// <summary>An ambient unit of consistency: within it every read sees every earlier write, whichever connection each of them uses.</summary>
/// <remarks>A session flows with the execution context (through <see langword="await"/>, into tasks that are started inside it) and ends
/// when it is disposed. Work that was started inside it and outlives it keeps the floor it had and affects nobody else.</remarks>
public sealed class RoutingSession : IDisposable
{
    private static readonly AsyncLocal<AmbientScope?> Ambient = new();

    private readonly Lock _lock = new();
    private readonly AmbientScope _scope;
    private (object Owner, Consistency.ConsistencyState State)[] _states = [];

    private RoutingSession() => _scope = new(this, null, Ambient.Value);

    /// <summary>Gets the session that the calling code runs in; <see langword="null"/> outside of any.</summary>
    public static RoutingSession? Current
    {
        get
        {
            for (var scope = Ambient.Value; scope is not null; scope = scope.Outer)
            {
                if (scope.Session is { } session)
                    return session;
            }

            return null;
        }
    }

    /// <summary>Begins a session for the calling code and everything that it calls. A session inside another one stands on its own.</summary>
    /// <returns>The session; dispose it to end it.</returns>
    public static RoutingSession Begin()
    {
        var session = new RoutingSession();
        Ambient.Value = session._scope;
        return session;
    }

    /// <summary>Sends every command of the calling code to the primary until the scope is disposed.</summary>
    /// <returns>The scope. Scopes nest; the innermost one that is not disposed decides.</returns>
    public static IDisposable UsePrimary() => Enter(RouteTarget.Primary);

    /// <summary>Lets the proven reads of the calling code go to replicas even where they might not show the session's own writes, until the
    /// scope is disposed. The bounds on lag still hold, and nothing but a proven read goes to a replica.</summary>
    /// <returns>The scope. Scopes nest; the innermost one that is not disposed decides.</returns>
    public static IDisposable UseReplica() => Enter(RouteTarget.Replica);

    /// <summary>Ends the session. Ending it twice is harmless.</summary>
    public void Dispose()
    {
        _scope.End();
        if (Ambient.Value == _scope)
            Ambient.Value = _scope.Outer;
    }

    /// <summary>Which side the innermost live scope asks for.</summary>
    internal static RouteTarget? ForcedTarget
    {
        get
        {
            for (var scope = Ambient.Value; scope is not null; scope = scope.Outer)
            {
                if (scope is { Forced: { } forced, IsEnded: false })
                    return forced;
            }

            return null;
        }
    }

    /// <summary>The session's state towards one data source: positions of different clusters have nothing to do with each other.</summary>
    internal Consistency.ConsistencyState StateFor(object owner, long maxPin)
    {
        if (Find(Volatile.Read(ref _states), owner) is { } known)
            return known;
        lock (_lock)
        {
            if (Find(_states, owner) is { } raced)
                return raced;
            var state = new Consistency.ConsistencyState(maxPin);
            Volatile.Write(ref _states, [.. _states, (owner, state)]);
            return state;
        }
    }

    private static Consistency.ConsistencyState? Find((object Owner, Consistency.ConsistencyState State)[] states, object owner)
    {
        foreach (var (candidate, state) in states)
        {
            if (ReferenceEquals(candidate, owner))
                return state;
        }

        return null;
    }

    private static AmbientScope Enter(RouteTarget target)
    {
        var scope = new AmbientScope(null, target, Ambient.Value);
        Ambient.Value = scope;
        return scope;
    }

    private sealed class AmbientScope(RoutingSession? session, RouteTarget? forced, AmbientScope? outer) : IDisposable
    {
        private volatile bool _isEnded;

        public RoutingSession? Session => session;

        public RouteTarget? Forced => forced;

        public AmbientScope? Outer => outer;

        public bool IsEnded => _isEnded;

        public void End() => _isEnded = true;

        public void Dispose()
        {
            End();
            if (Ambient.Value == this)
                Ambient.Value = Outer;
        }
    }
}

using ReplicaRouting.Consistency;

namespace ReplicaRouting;

/// <summary>An ambient unit of consistency: within it every read sees every earlier write, whichever connection each of them uses.</summary>
/// <remarks>A session flows with the execution context (through <see langword="await"/>, into tasks that are started inside it) and ends
/// when it is disposed. Work that was started inside it and outlives it keeps the floor it had and affects nobody else.</remarks>
public sealed class RoutingSession : IDisposable, IAmbientScope
{
    private static readonly AsyncLocal<IAmbientScope?> Ambient = new();

    private readonly IAmbientScope? _enclosing;
    private readonly ConsistencyToken? _token;
    private readonly bool _isInner;
    private volatile bool _isEnded;
    private (ISessionOwner Owner, ConsistencyState State)[] _states = [];

    private RoutingSession(ConsistencyToken? token)
    {
        _token = token;
        _enclosing = Ambient.Value;
        _isInner = Nearest(_enclosing) is { _isEnded: false }; // work that outlives a session has nothing more to do with it
    }

    IAmbientScope? IAmbientScope.Outer => _enclosing;

    bool IAmbientScope.IsEnded => _isEnded;

    /// <summary>Gets the session that the calling code runs in; <see langword="null"/> outside of any.</summary>
    public static RoutingSession? Current => Nearest(Ambient.Value);

    /// <summary>Gets whether a command of the session may have written.</summary>
    public bool HasWritten => Array.Exists(Volatile.Read(ref _states), entry => entry.State.HasWritten);

    /// <summary>Begins a session for the calling code and everything that it calls. A session inside another one is part of it: what is written
    /// in either is seen in both.</summary>
    /// <param name="token">What an earlier session, perhaps in another process, had written, so that this one's reads show it;
    /// <see langword="null"/> for a session without a past. A token of another cluster, or of one that failed over since, keeps reads on the
    /// primary until the replicas have replayed everything that is committed now.</param>
    /// <returns>The session; dispose it to end it.</returns>
    public static RoutingSession Begin(ConsistencyToken? token = null)
    {
        var session = new RoutingSession(token);
        Ambient.Value = session;
        return session;
    }

    /// <summary>Gets a position that covers what the session has written, for a session that goes on with it elsewhere. Of two tokens that one process
    /// makes, the later one covers the earlier one, whichever sessions they are of.</summary>
    /// <param name="cancellationToken">Cancels the wait for a position that no probe has sampled yet: one probe of the primary.</param>
    /// <returns>The token; <see langword="null"/> when there is nothing to carry on.</returns>
    public async ValueTask<ConsistencyToken?> GetTokenAsync(CancellationToken cancellationToken = default)
    {
        var entries = new List<ConsistencyToken.Entry>();
        foreach (var (owner, state) in Volatile.Read(ref _states))
        {
            if (state.GetMoment(owner.Now) is not { } moment || owner.Identity is not { } identity)
                continue;
            // Where a write that has not ended will stand in the log is for whoever takes the token up to find out.
            var position = state.HasPendingWrite ? default
                : state.Sampled(identity.Epoch) is { } known ? Max(known, await owner.SampleAsync(0, cancellationToken).ConfigureAwait(false))
                : await owner.SampleAsync(moment, cancellationToken).ConfigureAwait(false) ?? default;
            entries.Add(new(identity.SystemIdentifier, identity.Timeline, position));
        }

        return entries.Count > 0 ? new(entries) : Volatile.Read(ref _states).Length == 0 ? _token : null;
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
        if (!_isEnded)
        {
            _isEnded = true;
            if (!_isInner)
            {
                foreach (var (owner, state) in Volatile.Read(ref _states))
                    owner.NoteSessionEnd(state);
            }
        }

        if (ReferenceEquals(Ambient.Value, this))
            Ambient.Value = _enclosing;
    }

    /// <summary>Which side the innermost live scope asks for.</summary>
    internal static RouteTarget? ForcedTarget
    {
        get
        {
            for (var scope = Ambient.Value; scope is not null; scope = scope.Outer)
            {
                if (scope is ForcedScope { IsEnded: false } forced)
                    return forced.Target;
            }

            return null;
        }
    }

    /// <summary>The session's state towards one data source: positions of different clusters have nothing to do with each other.</summary>
    internal ConsistencyState StateFor(ISessionOwner owner)
    {
        while (true)
        {
            var states = Volatile.Read(ref _states);
            if (Find(states, owner) is { } known)
                return known;
            var state = _isInner ? Nearest(_enclosing)!.StateFor(owner) : new ConsistencyState(owner.MaxPin);
            if (_token is not null)
                TakeUp(_token, owner, state);
            if (ReferenceEquals(Interlocked.CompareExchange(ref _states, [.. states, (owner, state)], states), states))
                return state;
        }
    }

    private static RoutingSession? Nearest(IAmbientScope? scope)
    {
        for (; scope is not null; scope = scope.Outer)
        {
            if (scope is RoutingSession session)
                return session;
        }

        return null;
    }

    private static WalPosition Max(WalPosition left, WalPosition? right) => right > left ? right.Value : left;

    private static void TakeUp(ConsistencyToken token, ISessionOwner owner, ConsistencyState state)
    {
        var now = owner.Now;
        if (owner.Identity is { } identity)
        {
            foreach (var entry in token.Entries)
            {
                if (entry.SystemIdentifier == identity.SystemIdentifier && entry.Timeline == identity.Timeline && entry.Position != default)
                {
                    state.SetFloor(entry.Position, identity.Epoch, now);
                    return;
                }
            }
        }

        // Whatever the token stands for, if it is of this cluster, was committed before now.
        state.RequireNow(now);
    }

    private static ConsistencyState? Find((ISessionOwner Owner, ConsistencyState State)[] states, ISessionOwner owner)
    {
        foreach (var (candidate, state) in states)
        {
            if (ReferenceEquals(candidate, owner))
                return state;
        }

        return null;
    }

    private static ForcedScope Enter(RouteTarget target)
    {
        var scope = new ForcedScope(target, Ambient.Value);
        Ambient.Value = scope;
        return scope;
    }

    private sealed class ForcedScope(RouteTarget target, IAmbientScope? outer) : IDisposable, IAmbientScope
    {
        private volatile bool _isEnded;

        public RouteTarget Target => target;

        public IAmbientScope? Outer => outer;

        // Work that outlives a session outlives what was forced in it, too.
        public bool IsEnded => _isEnded || outer is RoutingSession { _isEnded: true };

        public void Dispose()
        {
            _isEnded = true;
            if (ReferenceEquals(Ambient.Value, this))
                Ambient.Value = outer;
        }
    }
}

using ReplicaRouting.AdoNet;
using ReplicaRouting.Consistency;
using ReplicaRouting.Selection;

namespace ReplicaRouting;

// Where each command goes.
public partial class RoutingConnection
{
    /// <summary>Decides where a text goes now.</summary>
    /// <param name="text">The text.</param>
    /// <param name="statement">What it was proven to be.</param>
    /// <param name="peek">Whether to leave the connection and the turn of the replicas as they are.</param>
    internal RouteDecision Decide(string text, in StatementClass statement, bool peek = false)
    {
        var table = Source.Table;
        var primary = table.Snapshot.PrimaryIndex;
        if (ActiveTransaction is { } transaction)
        {
            return transaction.IsOnReplica
                ? new(RouteTarget.Replica, _replica.Node!.Index, RouteReason.ReadOnlyTransaction)
                : transaction.Shadowed(new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.InTransaction));
        }

        if (_isTextTransactionOnReplica)
            return new(RouteTarget.Replica, _replica.Node!.Index, RouteReason.ReadOnlyTransaction);
        if (_isInTextTransaction)
            return new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.InTransaction);
        if (_ambient is not null && IsAmbientActive())
            return new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.AmbientTransaction);
        if (!peek)
            LeaveFallback(); // a read before this one has ended by now
        if (_openWrite is not null && !peek)
            EndWrite(); // autocommit: a command before this one has ended by now
        if (_openRead is not null && !peek)
            EndRead();
        if (!statement.IsReadOnly)
            return new(RouteTarget.Primary, PrimaryNode(primary), statement.Reason);
        if (_isPinned)
            return new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.SessionPinned);
        return DecideFreeRead(text, statement, table, peek);
    }

    private RouteDecision DecideFreeRead(string text, in StatementClass statement, ReadTable table, bool peek)
    {
        var decision = DecideRead(text, statement, table, peek);
        return (Source.Shadow is null ? decision : InShadow(decision, table.Snapshot.PrimaryIndex)) with { IsFreeRead = true };
    }

    private static RouteDecision InShadow(in RouteDecision decision, int primary) => new(RouteTarget.Primary, primary, RouteReason.ShadowMode)
    {
        ShadowReason = decision.Reason,
        ShadowNode = decision.Target == RouteTarget.Replica ? decision.Node : -1,
    };

    private int PrimaryNode(int primary) => _primary.IsHeld ? _primary.Node!.Index : primary;

    private RouteDecision DecideRead(string text, in StatementClass statement, ReadTable table, bool peek)
    {
        var primary = table.Snapshot.PrimaryIndex;
        if (Source.Options.Mode == RoutingMode.PrimaryOnly)
            return new(RouteTarget.Primary, primary, RouteReason.PrimaryOnlyMode);
        var forced = RoutingSession.ForcedTarget;
        if (forced == RouteTarget.Primary)
            return new(RouteTarget.Primary, primary, RouteReason.PrimaryScope);
        var mayBeOld = forced is not null || statement.Hint == RouteHint.Replica;
        if (mayBeOld && !peek && Seen is { Replica: ConsistencyState.NoReplica } unbound)
            unbound.LeaveReplica(Source.Time.GetTimestamp()); // wherever it goes may show less than was seen, which later reads must not
        if (Source.Rules.Length > 0 && AskRules(text, statement, table, mayBeOld) is { } ruled)
            return ruled;
        if (table.Cycle.Length == 0)
            return Fallback(table, table.WhyNone, mayBeOld ? default(WalPosition) : FloorForStale(table), peek);

        var floor = default(WalPosition);
        if (Seen is { } state)
        {
            if (Source.Options.SwitchReplica == SwitchReplica.PerConnection)
            {
                if (state.Replica is >= 0 and var sticky)
                {
                    if (table.IsEligible(sticky) && (mayBeOld || state.IsFree || IsAbove(state, table, sticky)))
                        return new(RouteTarget.Replica, sticky, RouteReason.ProvenRead);
                    if (!peek)
                        state.LeaveReplica(Source.Time.GetTimestamp());
                }

                if (!mayBeOld)
                    floor = state.GetReleased(table.Snapshot.Epoch);
            }

            if (!mayBeOld && !state.IsFree)
            {
                switch (state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out var known))
                {
                    case FloorStatus.NotSampledYet:
                        Source.RequestProbes();
                        return Fallback(table, RouteReason.ReadYourWrites, null, peek);
                    case FloorStatus.Known when known > floor:
                        floor = known;
                        break;
                }
            }
        }

        // Where the settings of the connection have been made they need not be made again.
        if (_settings is not null && Source.Options.SwitchReplica == SwitchReplica.PerConnection && _replica.IsHeld && table.IsEligible(_replica.Node!.Index) &&
            (floor == default || table.HasReplayed(_replica.Node.Index, floor)))
            return new(RouteTarget.Replica, _replica.Node!.Index, RouteReason.ProvenRead);
        var node = peek ? table.Choose(0, floor) : Source.ChooseReplica(table, floor);
        if (node >= 0)
            return new(RouteTarget.Replica, node, RouteReason.ProvenRead);
        Source.RequestProbes();
        if (Source.Options.ReplicaWait > TimeSpan.Zero && !peek && Source.ChooseReplica(table, default) is >= 0 and var near)
            return new(RouteTarget.Replica, near, RouteReason.ProvenRead) { WaitFor = floor };
        return Fallback(table, RouteReason.ReadYourWrites, floor, peek);
    }

    // What a replica beyond the lag bounds would have to show, should the primary take no more reads.
    private WalPosition? FloorForStale(ReadTable table)
    {
        if (Seen is not { } state)
            return default(WalPosition);
        var released = Source.Options.SwitchReplica == SwitchReplica.PerConnection ? state.GetReleased(table.Snapshot.Epoch) : default;
        if (state.IsFree)
            return released;
        if (state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out var floor) == FloorStatus.NotSampledYet)
            return null;
        return floor > released ? floor : released;
    }

    private bool IsAbove(ConsistencyState state, ReadTable table, int node) =>
        state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out var floor) switch
        {
            FloorStatus.None => true,
            FloorStatus.Known => table.HasReplayed(node, floor),
            _ => false,
        };

    /// <summary>No replica can serve a read.</summary>
    /// <param name="table">What is known.</param>
    /// <param name="reason">Why.</param>
    /// <param name="floor">What the read must show; <see langword="null"/> when that is not known yet, so that only the primary will do.</param>
    /// <param name="peek">Whether the read is not going to run.</param>
    private RouteDecision Fallback(ReadTable table, RouteReason reason, WalPosition? floor, bool peek)
    {
        var primary = table.Snapshot.PrimaryIndex;
        if (!Source.Options.FallBackToPrimary && reason != RouteReason.ReadYourWrites && Source.Shadow is null)
            throw Source.NoReplica(reason);
        if (peek || floor is null || _isInFallback)
            return new(RouteTarget.Primary, primary, reason);
        if (Source.TryEnterFallback())
        {
            _isInFallback = true;
            return new(RouteTarget.Primary, primary, reason);
        }

        if (Source.Options.BeyondFallbackLimit == BeyondFallbackLimit.LeastStaleReplica)
        {
            // As within the bounds: who stays with a replica does not go back in time, and who leaves it has a floor from now on.
            if (Source.Options.SwitchReplica == SwitchReplica.PerConnection && Seen is { Replica: >= 0 and var sticky } state)
            {
                if (table.MayBeStale(sticky, floor.Value))
                    return new(RouteTarget.Replica, sticky, RouteReason.FallbackLimit);
                state.LeaveReplica(Source.Time.GetTimestamp());
                return Fallback(table, reason, FloorForStale(table), peek);
            }

            if (table.LeastStale(floor.Value) is >= 0 and var least)
                return new(RouteTarget.Replica, least, RouteReason.FallbackLimit);
        }

        return Source.Shadow is null ? throw Source.BeyondFallbackLimit(reason) : new(RouteTarget.Primary, primary, reason);
    }

    private void LeaveFallback()
    {
        if (!_isInFallback || _isTransactionInFallback)
            return;
        TakeBack();
        if (!_isInFallback)
            return;
        _isInFallback = false;
        Source.LeaveFallback();
    }

    private RouteDecision? AskRules(string text, in StatementClass statement, ReadTable table, bool waivesFloor)
    {
        var context = new RuleContext(text, statement, RoutingSession.Current is not null, HasFloor, table.Snapshot);
        foreach (var rule in Source.Rules)
        {
            var decision = rule.Decide(context);
            if (decision.Target is null)
                continue;
            if (decision.Target == RouteTarget.Primary)
                return new(RouteTarget.Primary, table.Snapshot.PrimaryIndex, RouteReason.Rule);
            if (decision.NodeName is not { } name)
                return null;
            var node = Source.FindNode(name);
            return node >= 0 && table.IsEligible(node) && (waivesFloor || Seen is not { } state || ShowsAll(state, table, node))
                ? new RouteDecision(RouteTarget.Replica, node, RouteReason.Rule)
                : null;
        }

        return null;
    }

    // A floor that has ended is known to have only when it is looked up, which a rule that sends its reads to the primary would keep from happening.
    private bool HasFloor => Seen is { IsFree: false } state && state.GetMoment(Source.Time.GetTimestamp()) is not null;

    // Whether the replica is known to show all that the session has written, and all that it has read elsewhere.
    private bool ShowsAll(ConsistencyState state, ReadTable table, int node)
    {
        if (Source.Options.SwitchReplica == SwitchReplica.PerConnection && state.Replica != node)
        {
            if (!state.TryGetSeen(Source.History, table.Snapshot.Epoch, out var seen))
            {
                Source.RequestProbes();
                return false;
            }

            if (seen != default && !table.HasReplayed(node, seen))
                return false;
        }

        return state.IsFree || IsAbove(state, table, node);
    }
}

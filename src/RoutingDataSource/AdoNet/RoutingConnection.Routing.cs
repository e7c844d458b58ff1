using System.Data;
using System.Runtime.ExceptionServices;
using System.Transactions;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Consistency;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Selection;

namespace ReplicaRouting;

// Where each command goes, and what the connection remembers of it.
public partial class RoutingConnection
{
    private RoutingTransaction? _transaction;
    private Transaction? _ambient;
    private bool _isInTextTransaction;
    private bool _isPinned;
    private ConsistencyState? _own;
    private ConsistencyState? _openWrite;
    private Transaction? _ambientWrite;
    private bool _isInFallback;

    /// <summary>Gets the transaction that was begun on this connection and has not ended.</summary>
    internal RoutingTransaction? ActiveTransaction => _transaction is { HasEnded: false } active ? active : null;

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
                : new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.InTransaction);
        }

        if (_isInTextTransaction)
            return new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.InTransaction);
        if (_ambient is not null && IsAmbientActive())
            return new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.AmbientTransaction);
        if (!peek)
            LeaveFallback(); // a read before this one has ended by now
        if (_openWrite is not null && !peek)
            EndWrite(); // autocommit: a command before this one has ended by now
        if (!statement.IsReadOnly)
            return new(RouteTarget.Primary, PrimaryNode(primary), statement.Reason);
        if (_isPinned)
            return new(RouteTarget.Primary, PrimaryNode(primary), RouteReason.SessionPinned);
        return DecideRead(text, statement, table, peek) with { IsFreeRead = true };
    }

    private int PrimaryNode(int primary) => _primary.IsHeld ? _primary.Node!.Index : primary;

    private RouteDecision DecideRead(string text, in StatementClass statement, ReadTable table, bool peek)
    {
        var primary = table.Snapshot.PrimaryIndex;
        if (Source.Options.Mode == RoutingMode.PrimaryOnly)
            return new(RouteTarget.Primary, primary, RouteReason.PrimaryOnlyMode);
        var forced = RoutingSession.ForcedTarget;
        if (forced == RouteTarget.Primary)
            return new(RouteTarget.Primary, primary, RouteReason.PrimaryScope);
        if (Source.Rules.Length > 0 && AskRules(text, statement, table) is { } ruled)
            return ruled;
        if (table.Cycle.Length == 0)
            return Fallback(table, table.WhyNone, FloorForStale(statement, forced, table), peek);

        var floor = default(WalPosition);
        if (forced is null && statement.Hint != RouteHint.Replica && Seen is { } state)
        {
            if (Source.Options.SwitchReplica == SwitchReplica.PerConnection && state.Replica is >= 0 and var sticky)
            {
                if (table.IsEligible(sticky) && (state.IsFree || IsAbove(state, table, sticky)))
                    return new(RouteTarget.Replica, sticky, RouteReason.ProvenRead);
                if (!peek)
                    state.LeaveReplica(Source.Time.GetTimestamp());
            }

            if (!state.IsFree)
            {
                switch (state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out floor))
                {
                    case FloorStatus.NotSampledYet:
                        Source.RequestProbes();
                        return Fallback(table, RouteReason.ReadYourWrites, null, peek);
                    case FloorStatus.None:
                        floor = default;
                        break;
                }
            }
        }

        var node = peek ? table.Choose(0, floor) : Source.ChooseReplica(table, floor);
        if (node >= 0)
            return new(RouteTarget.Replica, node, RouteReason.ProvenRead);
        Source.RequestProbes();
        if (Source.Options.ReplicaWait > TimeSpan.Zero && !peek && Source.ChooseReplica(table, default) is >= 0 and var near)
            return new(RouteTarget.Replica, near, RouteReason.ProvenRead) { WaitFor = floor };
        return Fallback(table, RouteReason.ReadYourWrites, floor, peek);
    }

    // What a replica beyond the lag bounds would have to show, should the primary take no more reads.
    private WalPosition? FloorForStale(in StatementClass statement, RouteTarget? forced, ReadTable table)
    {
        if (forced is not null || statement.Hint == RouteHint.Replica || Seen is not { IsFree: false } state)
            return default(WalPosition);
        return state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out var floor) == FloorStatus.NotSampledYet ? null : floor;
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
        if (!Source.Options.FallBackToPrimary && reason != RouteReason.ReadYourWrites)
            throw Source.NoReplica(reason);
        if (peek || floor is null || _isInFallback)
            return new(RouteTarget.Primary, primary, reason);
        if (Source.TryEnterFallback())
        {
            _isInFallback = true;
            return new(RouteTarget.Primary, primary, reason);
        }

        var least = Source.Options.BeyondFallbackLimit == BeyondFallbackLimit.LeastStaleReplica ? table.LeastStale(floor.Value) : -1;
        return least >= 0 ? new(RouteTarget.Replica, least, RouteReason.FallbackLimit) : throw Source.BeyondFallbackLimit(reason);
    }

    private void LeaveFallback()
    {
        if (!_isInFallback)
            return;
        _isInFallback = false;
        Source.LeaveFallback();
    }

    private RouteDecision? AskRules(string text, in StatementClass statement, ReadTable table)
    {
        var context = new RuleContext(text, statement, RoutingSession.Current is not null, Seen is { IsFree: false }, table.Snapshot);
        foreach (var rule in Source.Rules)
        {
            var decision = rule.Decide(context);
            if (decision.Target is null)
                continue;
            if (decision.Target == RouteTarget.Primary)
                return new(RouteTarget.Primary, table.Snapshot.PrimaryIndex, RouteReason.Rule);
            if (decision.NodeName is not { } name)
                return null;
            var node = Array.Find(Source.Nodes, node => node.Name == name);
            return node is not null && table.IsEligible(node.Index) && (Seen is not { IsFree: false } state || IsAbove(state, table, node.Index))
                ? new RouteDecision(RouteTarget.Replica, node.Index, RouteReason.Rule)
                : null;
        }

        return null;
    }

    /// <summary>Whose writes this connection's reads must show; <see langword="null"/> when nobody's.</summary>
    private ConsistencyState? Seen => Source.Options.ReadYourWrites == ReadYourWrites.None ? null : Source.AmbientState() ?? _own;

    private ConsistencyState? SeenForNotes =>
        Source.Options.ReadYourWrites == ReadYourWrites.None ? null : Source.AmbientState() ?? (_own ??= new(Source.MaxPin));

    /// <summary>Runs an operation, for a command of the data source's between an Open and a Close of this connection.</summary>
    internal ValueTask<T> ExecuteAsync<TOperation, T>(TOperation operation, bool opens, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T> =>
        opens
            ? OpenAndExecuteAsync<TOperation, T>(operation, async, cancellationToken)
            : ExecuteAsync<TOperation, T>(operation, async, cancellationToken);

    private async ValueTask<T> OpenAndExecuteAsync<TOperation, T>(TOperation operation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        await OpenAsync(async, cancellationToken).ConfigureAwait(false);
        var succeeded = false;
        try
        {
            var result = await ExecuteAsync<TOperation, T>(operation, async, cancellationToken).ConfigureAwait(false);
            succeeded = true;
            return result;
        }
        finally
        {
            // A reader closes the connection itself.
            if (!succeeded || !operation.ClosesConnection)
                await CloseAsync(async).ConfigureAwait(false);
        }
    }

    /// <summary>Gets the inner connection that a text would run on now, and its generation, for preparing it there.</summary>
    internal async ValueTask<(NpgsqlConnection Inner, int Generation)> AcquireForAsync(
        string text, StatementClass statement, bool async, CancellationToken cancellationToken)
    {
        if (CheckOpen(out var busyGeneration) is { } busy)
            return (busy, busyGeneration);
        var decision = Decide(text, statement);
        if (decision.Target == RouteTarget.Replica)
        {
            var replica = await AcquireReplicaAsync(decision.Node, async, cancellationToken).ConfigureAwait(false);
            if (decision.IsFreeRead)
                SeenForNotes?.NoteReplicaRead(decision.Node, Source.Time.GetTimestamp()); // later executions stay where it was prepared
            return (replica, _replica.Generation);
        }

        return (await AcquirePrimaryAsync(async, enlist: false, cancellationToken).ConfigureAwait(false), _primary.Generation);
    }

    /// <summary>Runs an operation where its text allows, and once or twice elsewhere when promise and error allow.</summary>
    private async ValueTask<T> ExecuteAsync<TOperation, T>(TOperation operation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        if (CheckOpen(out var busyGeneration) is { } busy)
            return await RunOnBusyAsync<TOperation, T>(operation, busy, busyGeneration, async, cancellationToken).ConfigureAwait(false);
        var statement = operation.Statement;
        var decision = Decide(operation.Text, statement);
        for (var attempt = 1; ; attempt++)
        {
            RouteDecision next;
            ExceptionDispatchInfo failure;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                var inner = decision.Target == RouteTarget.Replica
                    ? await AcquireReplicaAsync(decision.Node, async, cancellationToken).ConfigureAwait(false)
                    : await AcquirePrimaryAsync(
                        async, enlist: false, cancellationToken, decision.Reason == RouteReason.PrimaryMoved).ConfigureAwait(false);
                if (decision.WaitFor != default && !await ReplayWait.ForAsync(
                    inner, decision.WaitFor, Source.Options.ReplicaWait, Source.Time, async, cancellationToken).ConfigureAwait(false))
                {
                    decision = Fallback(Source.Table, RouteReason.ReadYourWrites, decision.WaitFor, peek: false) with { IsFreeRead = true };
                    continue;
                }

                if (decision.Target == RouteTarget.Primary)
                    decision = BeforePrimary(decision, statement);
                await operation.BindAsync(
                    inner, decision.Target == RouteTarget.Replica ? _replica.Generation : _primary.Generation, async, cancellationToken).ConfigureAwait(false);
                var result = async ? await operation.RunAsync(cancellationToken).ConfigureAwait(false) : operation.Run();
                AfterSuccess(decision, statement, operation.IsComplete);
                operation.Routed(decision);
                if (operation.ClosesConnection)
                    CloseWithReader(inner);
                return result;
            }
            catch (Exception error) when (Reroute(operation.CanRepeat, statement, decision, error, attempt, cancellationToken) is { } rerouted)
            {
                failure = ExceptionDispatchInfo.Capture(error);
                Source.Metrics.Rerun(rerouted.Reason);
                if (rerouted.Reason == RouteReason.RefusedByReplica)
                {
                    operation.RememberRefusal(Source);
                    Source.Metrics.Refusal();
                    Log.RefusedByReplica(Source.Logger, Source.Nodes[decision.Node].Name, ((PostgresException)error).SqlState);
                }
                else if (rerouted.Reason == RouteReason.ServerLost)
                {
                    Log.ReadLost(Source.Logger, Source.Nodes[decision.Node].Name, Failure.Describe(error));
                }

                next = rerouted;
            }
            catch (Exception error)
            {
                operation.Routed(decision);
                AfterFailure(decision, statement, operation.Text, error);
                if (operation.ClosesConnection)
                    await CloseAsync(async).ConfigureAwait(false);
                throw;
            }

            if (next.Reason == RouteReason.PrimaryMoved)
            {
                var hasMoved = async
                    ? await Source.HasPrimaryMovedAsync(decision.Node, cancellationToken).ConfigureAwait(false)
                    : Source.HasPrimaryMoved(decision.Node);
                if (!hasMoved)
                {
                    operation.Routed(decision);
                    AfterFailure(decision, statement, operation.Text, failure.SourceException);
                    if (operation.ClosesConnection)
                        await CloseAsync(async).ConfigureAwait(false);
                    failure.Throw();
                }

                await ReleasePrimaryAsync(async).ConfigureAwait(false);
            }

            await ReleaseReplicaAsync(async).ConfigureAwait(false);
            if (!_primary.IsDirty && !_primary.IsOpen)
                await ReleasePrimaryAsync(async).ConfigureAwait(false);
            decision = next;
        }
    }

    /// <summary>Fails as Npgsql does when the connection cannot run a command; returns the inner connection that is busy, if any.</summary>
    private NpgsqlConnection? CheckOpen(out int generation)
    {
        generation = 0;
        if (_state != ConnectionState.Open || IsBroken)
            throw new InvalidOperationException("Connection is not open");
        if (_replica.IsBusy)
        {
            generation = _replica.Generation;
            return _replica.Connection;
        }

        if (!_primary.IsBusy)
            return null;
        generation = _primary.Generation;
        return _primary.Connection;
    }

    /// <summary>Fails as Npgsql does when the connection cannot run a command.</summary>
    internal void CheckOpen() => CheckOpen(out _);

    /// <summary>The program has got hold of an inner connection: it may leave anything behind on it.</summary>
    internal void MarkDirty(NpgsqlConnection inner)
    {
        if (ReferenceEquals(inner, _replica.Connection))
            _replica.IsDirty = true;
        else if (ReferenceEquals(inner, _primary.Connection))
            _primary.IsDirty = true;
    }

    /// <summary>Fails as Npgsql does when the connection is disposed, closed or busy, for everything but commands.</summary>
    internal void CheckReady()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (CheckOpen(out _) is not null)
            throw new InvalidOperationException("Connection is busy");
    }

    /// <summary>A reader that is open on one inner connection must stop a command that would use the other, for which of the two each would use is
    /// not for the program to see. So the command is given to the busy one, and Npgsql refuses it in its own words.</summary>
    private async ValueTask<T> RunOnBusyAsync<TOperation, T>(
        TOperation operation, NpgsqlConnection busy, int generation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        try
        {
            await operation.BindAsync(busy, generation, async, cancellationToken).ConfigureAwait(false);
            return async ? await operation.RunAsync(cancellationToken).ConfigureAwait(false) : operation.Run();
        }
        catch
        {
            if (operation.ClosesConnection)
                await CloseAsync(async).ConfigureAwait(false);
            throw;
        }
    }

    private RouteDecision BeforePrimary(in RouteDecision decision, in StatementClass statement)
    {
        if (!statement.IsReadOnly)
        {
            _primary.IsDirty = true;
            BeginWrite();
            if ((statement.SessionEffect & SessionEffect.BeginsTransaction) != 0)
                _isInTextTransaction = true;
            if ((statement.SessionEffect & SessionEffect.LeavesState) != 0)
                _isPinned = true;
        }

        return decision.Node == _primary.Node!.Index ? decision : decision with { Node = _primary.Node.Index };
    }

    private void AfterSuccess(in RouteDecision decision, in StatementClass statement, bool isComplete)
    {
        if (Source.Metrics.CountsCommands)
            Source.Metrics.Command(decision.Node < 0 ? null : Source.Cluster.Nodes[decision.Node], decision.Target, decision.Reason);
        if (decision.Target == RouteTarget.Replica)
        {
            if (decision.IsFreeRead && SeenForNotes is { } state)
                state.NoteReplicaRead(decision.Node, Source.Time.GetTimestamp());
            else if (!decision.IsFreeRead && !statement.IsReadOnly)
                FollowText(statement.SessionEffect & SessionEffect.EndsTransaction); // COMMIT in a read-only transaction
            return;
        }

        if (statement.IsReadOnly)
        {
            if (Source.Nodes.Length > 1 && SeenForNotes is { } seen)
            {
                seen.NotePrimaryRead(Source.Time.GetTimestamp());
                if (decision.Reason == RouteReason.ReadYourWrites)
                    Source.RequestProbes(); // the position that frees the session is one that is sampled after this read
            }

            return;
        }

        FollowText(statement.SessionEffect);
        if (isComplete && !IsInTransaction)
            EndWrite();
    }

    private void AfterFailure(in RouteDecision decision, in StatementClass statement, string text, Exception error)
    {
        if (error is PostgresException && (statement.SessionEffect & SessionEffect.EndsTransaction) != 0)
            AfterFailedEnd(text);
        if (decision.Target != RouteTarget.Primary)
            return;
        if (error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
            Source.RequestProbes(); // the primary may have moved
        if (!statement.IsReadOnly && !IsInTransaction)
            EndWrite(); // it may have happened
    }

    // A COMMIT that fails has ended its transaction as well; a text of several statements may have failed before it came to its COMMIT.
    private void AfterFailedEnd(string text)
    {
        if (ActiveTransaction is { } transaction)
        {
            if (transaction.HasInnerEnded())
                transaction.NoteEnd();
        }
        else
        {
            _isInTextTransaction = text.AsSpan().TrimEnd().TrimEnd(';').Contains(';');
        }
    }

    private void FollowText(SessionEffect effect)
    {
        if ((effect & SessionEffect.EndsTransaction) != 0)
        {
            _isInTextTransaction = false;
            _transaction?.NoteEnd();
        }

        if ((effect & SessionEffect.ClearsState) != 0)
            _isPinned = false;
    }

    private bool IsInTransaction => _isInTextTransaction || ActiveTransaction is not null || (_ambient is not null && IsAmbientActive());

    /// <summary>Where an execution that failed may run instead; <see langword="null"/> when it may not.</summary>
    private RouteDecision? Reroute(
        bool canRepeat, in StatementClass statement, in RouteDecision decision, Exception error, int attempt, CancellationToken cancellationToken)
    {
        const int mostAttempts = 3; // a replica, another replica, the primary
        if (attempt >= mostAttempts || cancellationToken.IsCancellationRequested)
            return null;
        if (decision.Target == RouteTarget.Primary && MayFollowPrimary(canRepeat, statement, decision, error))
            return decision with { Reason = RouteReason.PrimaryMoved, WasRerun = true };
        if (!decision.IsFreeRead)
            return null;
        if (decision.Target == RouteTarget.Primary)
            return MayLeavePrimary(canRepeat, decision, error) && Source.TryRerun() ? Elsewhere(decision.Node, attempt) : null;
        if (error is PostgresException refusal && Failure.IsRefusal(refusal) && !statement.ReachesOutside)
        {
            return canRepeat && !_replica.IsBusy
                ? new(RouteTarget.Primary, Source.Table.Snapshot.PrimaryIndex, RouteReason.RefusedByReplica) { WasRerun = true }
                : null;
        }

        // An inner connection that never opened has sent nothing, whatever its error.
        var neverOpened = !_replica.IsHeld && error is not (OperationCanceledException or ArgumentException or InvalidOperationException);
        if (!neverOpened && !(canRepeat && Failure.IsLostRead(error)))
            return null;
        if (!neverOpened && Failure.IsUnreachable(error))
            Source.ReportConnectFailure(decision.Node, error);
        if (!Source.TryRerun())
            return null;
        return Elsewhere(decision.Node, attempt);
    }

    /// <summary>Whether the primary refused a command because it has become a replica: nothing has happened then, and another node takes its place.</summary>
    private bool MayFollowPrimary(bool canRepeat, in StatementClass statement, in RouteDecision decision, Exception error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }
        && canRepeat
        && decision is { WasRerun: false, Node: >= 0 }
        && statement is { SessionEffect: SessionEffect.None, ReachesOutside: false }
        && !_isPinned
        && !IsInTransaction;

    /// <summary>Whether a proven read was lost with its connection to the primary. The primary's own errors are the program's, and a connection
    /// that holds the program's state is not replaced behind its back.</summary>
    private bool MayLeavePrimary(bool canRepeat, in RouteDecision decision, Exception error)
    {
        if (!canRepeat || !_primary.IsHeld || _primary.IsDirty || decision.Node < 0 || !Failure.IsUnreachable(error))
            return false;
        Source.ReportConnectFailure(decision.Node, error);
        return true;
    }

    private RouteDecision Elsewhere(int lost, int attempt)
    {
        var table = Source.Table;
        SeenForNotes?.LeaveReplica(Source.Time.GetTimestamp());
        var floor = default(WalPosition);
        var canUseReplica = attempt == 1;
        if (canUseReplica && Seen is { IsFree: false } state)
        {
            var status = state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out floor);
            canUseReplica = status != FloorStatus.NotSampledYet;
        }

        if (canUseReplica)
        {
            for (var i = 0; i < table.Cycle.Length; i++)
            {
                var other = Source.ChooseReplica(table, floor);
                if (other >= 0 && other != lost)
                    return new(RouteTarget.Replica, other, RouteReason.ServerLost) { IsFreeRead = true, WasRerun = true };
            }
        }

        return new(RouteTarget.Primary, table.Snapshot.PrimaryIndex, RouteReason.ServerLost) { IsFreeRead = true, WasRerun = true };
    }

    private bool IsAmbientActive()
    {
        try
        {
            if (_ambient!.TransactionInformation.Status == TransactionStatus.Active)
                return true;
        }
        catch (ObjectDisposedException)
        {
            // the scope is over
        }

        _ambient = null;
        return false;
    }

    private void BeginWrite()
    {
        if (SeenForNotes is not { } state)
            return;
        if (_ambient is { } ambient && IsAmbientActive())
        {
            // The write ends when the scope does, by when this connection may have been closed.
            if (_ambientWrite == ambient)
                return;
            _ambientWrite = ambient;
            state.BeginWrite();
            var time = Source.Time;
            ambient.TransactionCompleted += (_, _) => state.EndWrite(time.GetTimestamp());
            return;
        }

        if (_openWrite is not null)
            return;
        _openWrite = state;
        state.BeginWrite();
    }

    /// <summary>What was written on this connection has ended by now, one way or the other.</summary>
    internal void EndWrite()
    {
        _openWrite?.EndWrite(Source.Time.GetTimestamp());
        _openWrite = null;
    }

    private void ForgetSessionState()
    {
        EndWrite();
        LeaveFallback();
        _transaction = null;
        _ambient = null;
        _isInTextTransaction = false;
        _isPinned = false;
    }

    private void ReleaseStickiness()
    {
        if (_own is { Replica: >= 0 } own)
            own.ReleaseReplica(Source.History, Source.Table.Snapshot.Epoch, Source.Table.LeastReplayed);
    }
}

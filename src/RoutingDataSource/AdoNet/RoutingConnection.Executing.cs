using System.Data;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Consistency;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Selection;

namespace ReplicaRouting;

// Running a command where it was decided, and elsewhere when that fails.
public partial class RoutingConnection
{
    // The command that is on its way to a server, which may take a while: an inner connection is busy only once it is there.
    private object? _running; // Npgsql's command, or the text of a batch

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> OpenAndExecuteAsync<TOperation, T>(TOperation operation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        await OpenAsync(async, cancellationToken).ConfigureAwait(false);
        var succeeded = false;
        try
        {
            var result = await ExecuteAsync<TOperation, T>(operation, null, null, async, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Runs an operation where its text allows, and once or twice elsewhere when promise and error allow.</summary>
    /// <remarks>Its state is large, so it is used again when it has been waited for: nothing may be allocated beyond what Npgsql needs.</remarks>
    /// <param name="operation">The operation.</param>
    /// <param name="decided">Where it goes, when that was decided already.</param>
    /// <param name="failed">How it has failed there already.</param>
    /// <param name="async">Whether to wait without blocking.</param>
    /// <param name="cancellationToken">Cancels the execution.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> ExecuteAsync<TOperation, T>(
        TOperation operation, RouteDecision? decided, Exception? failed, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        if (_running is { } running)
        {
            _isInnerKnown = true;
            throw new NpgsqlOperationInProgressException(running as NpgsqlCommand ?? new NpgsqlCommand(running as string));
        }

        // What has failed already was on its way when the connection was open and not busy.
        if (failed is null && CheckOpen(out var busyGeneration) is { } busy)
            return await RunOnBusyAsync<TOperation, T>(operation, busy, busyGeneration, async, cancellationToken).ConfigureAwait(false);
        _running = (object?)operation.Command ?? operation.Text;
        try
        {
            var statement = operation.Statement;
            var shadow = Source.Shadow;
            var started = shadow is null ? 0 : Source.Time.GetTimestamp();
            var session = Source.FollowsSession && statement.SessionEffect != SessionEffect.None
                ? ReadSession(operation.Text, operation.Command, statement.SessionEffect)
                : default;
            if (session.IsAny)
                statement = new() { Reason = RouteReason.ProvenRead, Hint = statement.Hint };
            RouteDecision decision;
            try
            {
                decision = decided is { } known ? known : session.IsAny ? DecideSession(operation.Text, statement, session) : Decide(operation.Text, statement);
            }
            catch when (operation.ClosesConnection)
            {
                await CloseAsync(async).ConfigureAwait(false); // a rule has thrown, or nobody may serve it
                throw;
            }

            for (var attempt = 1; ; attempt++)
            {
                RouteDecision next;
                ExceptionDispatchInfo failure;
                try
                {
                    if (failed is not null && attempt == 1)
                        ExceptionDispatchInfo.Throw(failed);
                    cancellationToken.ThrowIfCancellationRequested(); // also where an attempt before was lost: its error is not the program's
                    var inner = decision.Target == RouteTarget.Replica
                        ? await AcquireReplicaAsync(decision.Node, async, cancellationToken, leavesState: session.IsAny).ConfigureAwait(false)
                        : await AcquirePrimaryAsync(
                            async, enlist: false, cancellationToken, decision.Reason == RouteReason.PrimaryMoved, decision.IsFreeRead ? decision.Reason : null).ConfigureAwait(false);
                    if (decision.WaitFor != default && !await ReplayWait.ForAsync(
                        inner, decision.WaitFor, Source.Options.ReplicaWait, Source.Time, async, cancellationToken).ConfigureAwait(false))
                    {
                        decision = Fallback(Source.Table, RouteReason.ReadYourWrites, decision.WaitFor, peek: false) with { IsFreeRead = true };
                        continue;
                    }

                    if (decision.Target == RouteTarget.Primary)
                        decision = BeforePrimary(decision, statement);
                    var mayBeSevered = decision is { Target: RouteTarget.Primary, IsFreeRead: true } && MayAnswerElsewhere(decision) && !_primary.IsDirty;
                    if (mayBeSevered)
                        _primary.Node!.AddReader(this, inner);
                    T result;
                    try
                    {
                        await operation.BindAsync(
                            inner, decision.Target == RouteTarget.Replica ? _replica.Generation : _primary.Generation, async, cancellationToken).ConfigureAwait(false);
                        RoutingActivity.Announce(inner, operation.Command, decision.Target, decision.Reason, decision.WasRerun);
                        result = async ? await operation.RunAsync(cancellationToken).ConfigureAwait(false) : operation.Run();
                    }
                    finally
                    {
                        if (mayBeSevered)
                            _primary.Node!.RemoveReader(this);
                    }

                    AfterSuccess(decision, statement, operation.IsComplete);
                    if (!operation.IsComplete)
                        BeginRead(decision, statement, operation.Command is null || HasSeveralStatements(operation.Text));
                    if (session.IsAny)
                        FollowSession(session, decision.Target);
                    if (operation.IsComplete)
                        LeaveFallback();
                    else if (!operation.ClosesConnection)
                        HandOut();
                    shadow?.Note(decision, operation.Text, isWhole: operation.Command is not null, started);
                    operation.Routed(decision, succeeded: true);
                    if (operation.ClosesConnection)
                        (decision.Target == RouteTarget.Replica ? ref _replica : ref _primary).CloseWithReader(this);
                    return result;
                }
                catch (Exception error) when (Reroute(operation.CanRepeat, statement, decision, error, attempt) is { } rerouted)
                {
                    failure = ExceptionDispatchInfo.Capture(error);
                    Source.NoteRerun(decision.Node, rerouted);
                    if (rerouted.Reason == RouteReason.RefusedByReplica)
                    {
                        statement = statement with { Reason = RouteReason.RefusedByReplica }; // the proof was wrong: it may write
                        if (operation.RememberRefusal(Source))
                        {
                            Source.Metrics.Refusal();
                            Log.RefusedByReplica(Source.Logger, Source.Nodes[decision.Node].Name, ((PostgresException)error).SqlState);
                        }
                    }
                    else if (rerouted.Reason == RouteReason.ServerLost)
                    {
                        Log.ReadLost(Source.Logger, Source.Nodes[decision.Node].Name, Failure.Describe(error));
                    }

                    next = rerouted;
                }
                catch (Exception error)
                {
                    operation.Routed(decision, succeeded: false);
                    AfterFailure(decision, statement, operation.Text, error);
                    if (operation.ClosesConnection)
                        await CloseAsync(async).ConfigureAwait(false);
                    throw;
                }

                if (next.Reason == RouteReason.PrimaryMoved)
                {
                    bool hasMoved;
                    try
                    {
                        hasMoved = async
                            ? await Source.HasPrimaryMovedAsync(decision.Node, cancellationToken).ConfigureAwait(false)
                            : Source.HasPrimaryMoved(decision.Node);
                    }
                    catch (OperationCanceledException)
                    {
                        hasMoved = false; // not known: the refusal stands
                    }

                    if (!hasMoved)
                    {
                        operation.Routed(decision, succeeded: false);
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
        finally
        {
            _running = null;
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
        _isInnerKnown = true;
        if (ReferenceEquals(inner, _replica.Connection))
        {
            // It must not go back to a pool that does not reset, and it may be closed by its reader before we are asked: such a pool drops what
            // is in use when it is returned.
            if (!_replica.IsDirty && !_replica.IsReset && _replica.Node!.SkipsReset)
                _replica.Node.ReplicaPool.Clear();
            _replica.IsDirty = true;
        }
        else if (ReferenceEquals(inner, _primary.Connection))
            _primary.IsDirty = true;
    }

    /// <summary>Fails as Npgsql does when the connection is disposed, closed or busy, for everything but commands.</summary>
    internal void CheckReady()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (CheckOpen(out _) is not null || _running is not null)
            throw new InvalidOperationException("Connection is busy");
    }

    /// <summary>A reader that is open on one inner connection must stop a command that would use the other, for which of the two each would use is
    /// not for the program to see. So the command is given to the busy one, and Npgsql refuses it in its own words.</summary>
    private async ValueTask<T> RunOnBusyAsync<TOperation, T>(
        TOperation operation, NpgsqlConnection busy, int generation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        _isInnerKnown = true; // Npgsql's error will hold the command that is in progress, and that its connection
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

    /// <summary>Where an execution that failed may run instead; <see langword="null"/> when it may not.</summary>
    private RouteDecision? Reroute(
        bool canRepeat, in StatementClass statement, in RouteDecision decision, Exception error, int attempt)
    {
        const int mostAttempts = 3; // a replica, another replica, the primary
        if (attempt >= mostAttempts || _state != ConnectionState.Open) // closed meanwhile: nobody would give another server's connection back
            return null;
        if (decision.Target == RouteTarget.Replica && IsRefusedSetting(decision, error))
            return new(RouteTarget.Primary, Source.Table.Snapshot.PrimaryIndex, RouteReason.SessionPinned) { WasRerun = true };
        if (decision.Target == RouteTarget.Primary && MayFollowPrimary(canRepeat, statement, decision, error))
            return decision with { Reason = RouteReason.PrimaryMoved, WasRerun = true };
        if (!decision.IsFreeRead)
            return null;
        if (decision.Target == RouteTarget.Primary)
        {
            if (IsWithoutPrimary(decision, error)) // a replica may serve it by now, and otherwise the error is the program's
                return Elsewhere(decision.Node, attempt) is { Target: RouteTarget.Replica } replica && Source.TryRerun() ? replica : null;
            return MayLeavePrimary(canRepeat, decision, error) && Source.TryRerun() ? Elsewhere(decision.Node, attempt) : null;
        }

        if (error is PostgresException refusal && Failure.IsRefusal(refusal) && !statement.ReachesOutside)
        {
            return canRepeat && !_replica.IsBusy
                ? new(RouteTarget.Primary, Source.Table.Snapshot.PrimaryIndex, RouteReason.RefusedByReplica) { WasRerun = true }
                : null;
        }

        var neverOpened = !_replica.IsHeld && IsOfOpening(error);
        if (!neverOpened && !(canRepeat && Failure.IsLostRead(error)))
            return null;
        if (!neverOpened && Failure.IsUnreachable(error))
            Source.RequestProbes(); // one lost connection is not a lost server: only probes and refused connections tell
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

    /// <summary>Whether the primary went away while a read that had fallen back to it waited for a connection: nothing was sent.</summary>
    private bool IsWithoutPrimary(in RouteDecision decision, Exception error) =>
        !_primary.IsHeld && error is NpgsqlException and not PostgresException && decision.Node >= 0 && MayAnswerElsewhere(decision);

    /// <summary>Whether a proven read was lost with its connection to the primary. The primary's own errors are the program's, and a connection
    /// that holds the program's state is not replaced behind its back.</summary>
    private bool MayLeavePrimary(bool canRepeat, in RouteDecision decision, Exception error)
    {
        if (!canRepeat || !_primary.IsHeld || _primary.IsDirty || decision.Node < 0 || !MayAnswerElsewhere(decision) || !Failure.IsUnreachable(error))
            return false;
        Source.RequestProbes();
        return true;
    }

    // A read that the program sent to the primary is not for a replica to answer.
    private static bool MayAnswerElsewhere(in RouteDecision decision) =>
        decision.Reason is not (RouteReason.PrimaryScope or RouteReason.Rule or RouteReason.PrimaryOnlyMode);

    private RouteDecision? Elsewhere(int lost, int attempt)
    {
        var table = Source.Table;
        SeenForNotes?.LeaveReplica(Source.Time.GetTimestamp());
        WalPosition? floor = default(WalPosition);
        if (Seen is { IsFree: false } state)
            floor = state.GetFloor(Source.History, table.Snapshot.Epoch, Source.Time.GetTimestamp(), out var known) == FloorStatus.NotSampledYet ? null : known;
        if (floor is { } needed && Source.Options.Mode == RoutingMode.Route && (attempt == 1 || !Source.Options.FallBackToPrimary) &&
            Source.ChooseOtherReplica(table, lost, needed) is >= 0 and var other)
        {
            LeaveFallback();
            return new(RouteTarget.Replica, other, RouteReason.ServerLost) { IsFreeRead = true, WasRerun = true };
        }

        return LastResort(table, lost, floor);
    }

    // The primary, as far as the options let reads fall back to it; a read that only the primary can answer is not one of those.
    private RouteDecision? LastResort(ReadTable table, int lost, WalPosition? floor)
    {
        var primary = new RouteDecision(RouteTarget.Primary, table.Snapshot.PrimaryIndex, RouteReason.ServerLost) { IsFreeRead = true, WasRerun = true };
        if (floor is not { } needed || _isInFallback)
            return primary;
        if (!Source.Options.FallBackToPrimary)
            return null;
        if (Source.TryEnterFallback())
        {
            _isInFallback = true;
            return primary;
        }

        var least = Source.Options.BeyondFallbackLimit == BeyondFallbackLimit.LeastStaleReplica ? table.LeastStale(needed) : -1;
        return least >= 0 && least != lost
            ? new RouteDecision(RouteTarget.Replica, least, RouteReason.FallbackLimit) { IsFreeRead = true, WasRerun = true }
            : null;
    }
}

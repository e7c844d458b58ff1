using System.Runtime.ExceptionServices;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Consistency;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Selection;

namespace ReplicaRouting;

// What connections and commands ask of their data source.
public sealed partial class RoutingDataSource
{
    internal StatementClass Classify(string sql) => _classifications.Classify(sql);

    /// <summary>What <see cref="Classify"/> answers with now: another object means other answers.</summary>
    internal object ClassifiesWith => _classifications;

    /// <summary>A replica refused a text that was taken for a read: it is primary-only from now on.</summary>
    /// <returns>Whether this was not known of the text before, by another connection that ran it at the same time.</returns>
    internal bool RememberRefusal(string sql) => _classifications.RememberRefusal(sql);

    /// <summary>Whether a command that has sent nothing may go on waiting for a primary.</summary>
    internal bool MayWaitForPrimary(long started, bool hasMoved) => RestOfFailover(started, hasMoved) > TimeSpan.Zero;

    /// <summary>Waits for a primary as long as the options allow.</summary>
    /// <param name="started">When the command began to wait.</param>
    /// <param name="hasMoved">Whether the old primary has stepped down, so that there must be another one, which the next probes find.</param>
    /// <param name="read">Why a proven read needs it; <see langword="null"/> for everything else.</param>
    /// <exception cref="NpgsqlException">There is none. Transient.</exception>
    internal int WaitForPrimary(long started, bool hasMoved, RouteReason? read)
    {
        _monitor.RequestProbes();
        var rest = RestOfFailover(started, hasMoved);
        using var activity = rest > TimeSpan.Zero ? RoutingActivity.WaitForPrimary() : null;
        if (rest <= TimeSpan.Zero || (_primaryFound.Task is var found && !OwnThread.HasEnded(found, rest)))
            return RequirePrimary(read);
        return found.IsCanceled ? throw Disposed() : found.Result;
    }

    /// <inheritdoc cref="WaitForPrimary" />
    internal async ValueTask<int> WaitForPrimaryAsync(long started, bool hasMoved, RouteReason? read, CancellationToken cancellationToken)
    {
        _monitor.RequestProbes();
        var rest = RestOfFailover(started, hasMoved);
        if (rest <= TimeSpan.Zero)
            return RequirePrimary(read);
        using var activity = RoutingActivity.WaitForPrimary();
        try
        {
            return await _primaryFound.Task.WaitAsync(rest, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw NoPrimary(read);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Disposed();
        }
    }

    internal CommandRoute RouteOf(in RouteDecision decision) =>
        new(decision.Node < 0 ? null : Nodes[decision.Node].Name, decision.Target, decision.Reason, decision.WasRerun);

    /// <summary>Starts the probes and waits for their first answers: the first use of a data source shows a wrong password, a node of
    /// another cluster, or that nothing answers. Later calls return at once.</summary>
    internal void EnsureStarted()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isStarted)
            return;
        _monitor.Start();
        try
        {
            _monitor.WaitForFirstRound(Options.ProbeTimeout);
            if (!IsUsable) // a primary is enough to begin with: who is slower than a probe may take comes later
            {
                _monitor.Settle();
                _monitor.WaitForFirstRound(Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException)
        {
            throw Disposed();
        }

        CheckStart();
    }

    /// <inheritdoc cref="EnsureStarted" />
    internal ValueTask EnsureStartedAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _isStarted ? ValueTask.CompletedTask : StartAsync(cancellationToken);
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _monitor.Start();
        try
        {
            if (!await HasFirstRoundEndedAsync(cancellationToken).ConfigureAwait(false) && !IsUsable)
            {
                _monitor.Settle();
                await _monitor.FirstRound.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Disposed();
        }

        CheckStart();
    }

    private async ValueTask<bool> HasFirstRoundEndedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _monitor.FirstRound.WaitAsync(Options.ProbeTimeout, Time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // Whoever waits for what the probes find out learns that they have ended.
    private ObjectDisposedException Disposed() => new(GetType().FullName);

    /// <summary>Fails when no node can be used at all.</summary>
    internal void CheckUsable()
    {
        if (!IsUsable)
            throw NoNode("No node can be used", _table.Snapshot);
    }

    private bool IsUsable => _table is { Snapshot.PrimaryIndex: >= 0 } or { Cycle.Length: > 0 };

    /// <summary>The index of the primary.</summary>
    /// <exception cref="NpgsqlException">There is none. Transient.</exception>
    internal int RequirePrimary(RouteReason? read = null) =>
        _monitor.Current is { PrimaryIndex: >= 0 } snapshot ? snapshot.PrimaryIndex : throw NoPrimary(read);

    /// <summary>The error for what only a primary can do.</summary>
    /// <param name="read">Why a proven read is among that; <see langword="null"/> for everything else.</param>
    internal NpgsqlException NoPrimary(RouteReason? read = null) => NoNode("There is no primary", _monitor.Current, read switch
    {
        null => "",
        RouteReason.ReadYourWrites =>
            ", and no replica may serve the read: its session (or its connection) has written to the primary or read from it, and no replica is known to " +
            $"show that much, which is required for MaxPin ({Options.MaxPin.TotalSeconds} s) at most",
        RouteReason.PrimaryScope or RouteReason.Rule or RouteReason.PrimaryOnlyMode or RouteReason.ShadowMode => $", to which the read was sent ({read})",
        _ => $", and no replica can serve the read ({read})",
    });

    /// <summary>Whether the node is the primary or answers probes.</summary>
    internal bool IsInUse(int node) => IsUsed(_monitor.Current, node);

    /// <summary>The error of a read that waited for a connection to a replica that does not answer. It runs elsewhere, where it may.</summary>
    internal NpgsqlException NodeLeft(int node) => NoNode($"No connection to {Nodes[node].Name} was made before it stopped answering", _monitor.Current);

    internal NpgsqlException NoReplica(RouteReason reason) => NoNode($"No replica can serve the read ({reason}) and FallBackToPrimary is off", _monitor.Current);

    /// <summary>Asks all nodes for news.</summary>
    internal void RequestProbes() => _monitor.RequestProbes();

    internal void ReportConnectFailure(int node, Exception error) => _monitor.ReportConnectFailure(node, error);

    /// <summary>A node that was held to be the primary refused a write as read-only: asks it whether it still is.</summary>
    /// <remarks>The refusal alone proves nothing: a role or a transaction may be read-only by its own settings.</remarks>
    /// <returns>Whether another node is the primary, or none.</returns>
    internal bool HasPrimaryMoved(int node)
    {
        _ = AskAll(node).Wait(Options.ProbeTimeout);
        return NoteIfMoved(node);
    }

    /// <inheritdoc cref="HasPrimaryMoved" />
    internal async ValueTask<bool> HasPrimaryMovedAsync(int node, CancellationToken cancellationToken)
    {
        try
        {
            await AskAll(node).WaitAsync(Options.ProbeTimeout, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // what is known has to do
        }

        return NoteIfMoved(node);
    }

    private Task AskAll(int node)
    {
        var asked = _monitor.ProbeNow(node);
        _monitor.RequestProbes();
        return asked;
    }

    private bool NoteIfMoved(int node)
    {
        if (_monitor.Current.PrimaryIndex == node)
            return false;
        Log.NotPrimary(Logger, Nodes[node].Name);
        return true;
    }

    /// <summary>Chooses a replica that has replayed the floor; -1 when none has.</summary>
    internal int ChooseReplica(ReadTable table, WalPosition floor)
    {
        switch (Options.ReplicaSelection)
        {
            case ReplicaSelection.WeightedRandom:
                return table.Cycle.Length == 0 ? -1 : table.Choose((uint)Random.Shared.Next(table.Cycle.Length), floor);
            case ReplicaSelection.LeastInUse:
                Span<int> inUse = stackalloc int[Nodes.Length];
                for (var i = 0; i < Nodes.Length; i++)
                    inUse[i] = Nodes[i].InUse;
                return table.ChooseLeastInUse(inUse, floor);
            default:
                return table.Choose(Interlocked.Increment(ref _ticket), floor);
        }
    }

    /// <summary>Chooses a replica for a read that was lost on another one; -1 when there is none.</summary>
    internal int ChooseOtherReplica(ReadTable table, int lost, WalPosition floor) => table.ChooseOther(lost, Interlocked.Increment(ref _ticket), floor);

    /// <summary>The index of the node that a rule named; -1 when there is none, which is logged once for each such name.</summary>
    internal int FindNode(string name)
    {
        foreach (var node in Nodes)
        {
            if (node.Name == name)
                return node.Index;
        }

        lock (_unknownNodes)
        {
            // A rule that makes names up does not fill the log, nor the memory.
            if (_unknownNodes.Count < MostUnknownNodes && _unknownNodes.Add(name))
                Log.UnknownNode(Logger, name, string.Join(", ", Nodes.Select(node => node.Name)));
        }

        return -1;
    }

    /// <summary>Takes a place among the reads that fell back to the primary; beyond the limit there is none.</summary>
    internal bool TryEnterFallback()
    {
        // Counted even without a limit: one may be set while reads are under way.
        var limit = Options.PrimaryFallbackLimit ?? int.MaxValue;
        if (Interlocked.Increment(ref _fallbacks) <= limit)
            return true;
        // Readers end without telling: what has ended meanwhile gives its place up.
        if (FallbackReaders.Sweep() is > 0 and var ended && Interlocked.Add(ref _fallbacks, -ended) <= limit)
            return true;
        LeaveFallback();
        return false;
    }

    /// <summary>Reads that run on the primary because no replica could serve them.</summary>
    internal int FallbackReads => Volatile.Read(ref _fallbacks);

    /// <summary>Connections with a reader that counts against the limit until it is closed.</summary>
    internal HandedOutList FallbackReaders { get; } = new();

    internal void LeaveFallback() => Interlocked.Decrement(ref _fallbacks);

    /// <summary>The error for a read beyond the limit that no replica may serve.</summary>
    internal NpgsqlException BeyondFallbackLimit(RouteReason reason) => NoNode(
        $"{Options.PrimaryFallbackLimit} reads run on the primary already because no replica can serve them ({reason}), which is PrimaryFallbackLimit",
        _monitor.Current);

    /// <summary>Takes one rerun out of the budget, so that a cluster in trouble is not stormed with second tries.</summary>
    internal bool TryRerun() => _reruns.TryTake(Time.GetTimestamp());

    private TimeSpan RestOfFailover(long started, bool hasMoved)
    {
        var round = hasMoved ? Options.ProbeInterval + Options.ProbeTimeout : TimeSpan.Zero;
        return (Options.FailoverTimeout > round ? Options.FailoverTimeout : round) - Time.GetElapsedTime(started);
    }

    private void CheckStart()
    {
        // A database that is missing on one node only may be one that it has not replayed yet.
        if (_monitor.LoginError is var (name, error) && (error.SqlState != PostgresErrorCodes.InvalidCatalogName || !IsUsable))
        {
            // A new one for each caller, because throwing changes it. The message stays the server's: programs compare it.
            throw new PostgresException(
                error.MessageText, error.Severity, error.InvariantSeverity, error.SqlState, error.Detail, error.Hint, where: $"node {name}", routine: error.Routine);
        }

        var snapshot = _monitor.Current;
        if (snapshot.Nodes.FirstOrDefault(node => node.IsForeign) is { } foreign)
        {
            throw new NpgsqlException(
                $"Node {foreign.Name} belongs to another cluster (system identifier {foreign.SystemIdentifier}) than the primary " +
                $"{snapshot.Primary?.Name}: remove it, or create it anew as a standby of that primary.");
        }

        if (snapshot.PrimaryProblem is { } problem)
            throw new NpgsqlException($"There is no primary: {problem}. Stop one of them, or create it anew as a standby of the other.");
        // As Npgsql says it: trying again does not help. A new one for each caller here too, where it can be made.
        if (!IsUsable && _monitor.SetupError is { } setup)
        {
            if (setup is NpgsqlException)
                throw new NpgsqlException(setup.Message, setup.InnerException);
            ExceptionDispatchInfo.Throw(setup);
        }

        CheckUsable();
        _isStarted = true;
    }

    private static NpgsqlException NoNode(string what, ClusterSnapshot snapshot, string because = "")
    {
        var problem = snapshot.PrimaryProblem is { } text ? $" ({text})" : "";
        // IsTransient looks at the inner exception
        return new($"{what}{problem}{because}. {snapshot}. Trying again later may help.", new TimeoutException("No node became usable."));
    }

    private static TaskCompletionSource<int> NewPrimaryFound() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LearnCatalogAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var (functions, relations) = await CatalogReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
            if (_learned is var (knownFunctions, knownRelations) && functions.SequenceEqual(knownFunctions) && relations.SequenceEqual(knownRelations))
                return; // a new catalog would empty the cache
            _learned = (functions, relations);
            _classifications = new(new(_classificationOptions, functions, relations), _classifications.Refusals);
        }
        catch (NpgsqlException error)
        {
            Log.CatalogUnavailable(Logger, connection.Host ?? "", error);
        }
    }

    private static bool IsUsed(ClusterSnapshot snapshot, int node) => snapshot.PrimaryIndex == node || snapshot.Nodes[node].IsReachable;

    // One missed probe may be a hiccup of ours, and severing costs a read that may be about to be answered its time.
    private const int MissesBeforeSevering = 2;

    private void Sever(Node node)
    {
        node.ClearPools();
        if (node.SeverReaders() is > 0 and var severed)
            Log.ReadsSevered(Logger, node.Name, severed);
    }

    private void OnPublished(ClusterSnapshot previous, ClusterSnapshot next)
    {
        _table = ReadTable.Create(next, _bounds, _table);
        Record(next);
        ReloadWhereReplayed(next);
        if (next.PrimaryIndex >= 0)
            _primaryFound.TrySetResult(next.PrimaryIndex);
        else if (previous.PrimaryIndex >= 0)
            _primaryFound = NewPrimaryFound();
        for (var i = 0; i < Nodes.Length; i++)
        {
            var (before, after) = (previous.Nodes[i], next.Nodes[i]);
            // Connections that were opened before a promotion or a demotion survive it and would be used for the wrong purpose. An old primary that was
            // left alive goes on accepting writes, and so keeps its role.
            var isReplaced = next.Epoch != previous.Epoch && i != next.PrimaryIndex && after.Role == NodeRole.Primary;
            if (isReplaced || (before.Role != NodeRole.Unknown && before.Role != after.Role))
                ThreadPool.UnsafeQueueUserWorkItem(static node => node.ClearPools(), Nodes[i], preferLocal: false);
            if (IsUsed(previous, i) && !IsUsed(next, i))
                Nodes[i].NoteDown();
            if (after is { IsReachable: false, Failures: >= MissesBeforeSevering } && before.Failures < after.Failures)
                ThreadPool.UnsafeQueueUserWorkItem(Sever, Nodes[i], preferLocal: false);
        }
    }
}

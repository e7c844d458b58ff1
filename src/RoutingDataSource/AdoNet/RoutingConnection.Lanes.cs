using System.Transactions;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// How inner connections are opened and given back.
public partial class RoutingConnection
{
    // What Npgsql sends before a pooled connection is used again when prepared statements must survive (PostgreSQL manual, DISCARD). ROLLBACK:
    // outside a transaction it is a warning.
    private const string ResetSql =
        "ROLLBACK; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP";

    // How often a synchronous Open that makes a connection looks whether its server still answers.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Gets the open connection to the primary, opening it when it is not.</summary>
    /// <param name="async">Whether to wait without blocking.</param>
    /// <param name="enlist">Whether to take part in the ambient transaction.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="hasMoved">Whether the primary has just been replaced.</param>
    /// <param name="read">Why a proven read comes here; <see langword="null"/> for everything else.</param>
    private async ValueTask<NpgsqlConnection> AcquirePrimaryAsync(
        bool async, bool enlist, CancellationToken cancellationToken, bool hasMoved = false, RouteReason? read = null)
    {
        if (_primary.IsOpen)
        {
            if (_settings is not null)
                await ReplayOnPrimaryAsync(async, cancellationToken).ConfigureAwait(false);
            return _primary.Connection!;
        }

        if (_primary.IsHeld)
            throw new InvalidOperationException("Connection is not open"); // lost: as Npgsql, it is not replaced behind the user's back

        // An idle replica connection goes back first: whoever holds one pool's connection while waiting for another pool's can deadlock.
        await ReleaseReplicaAsync(async).ConfigureAwait(false);
        var started = Source.Time.GetTimestamp();
        while (true)
        {
            var primary = Source.Table.Snapshot.PrimaryIndex;
            if (primary < 0)
            {
                primary = async
                    ? await Source.WaitForPrimaryAsync(started, hasMoved, read, cancellationToken).ConfigureAwait(false)
                    : Source.WaitForPrimary(started, hasMoved, read);
            }

            var node = Source.Nodes[primary];
            var inner = _primary.Take(node, isForReads: false, Recycles is not null);
            RelayFromPrimary();
            try
            {
                if (!await OpenInnerAsync(inner, node, node.PrimaryPool, enlist, async, cancellationToken).ConfigureAwait(false))
                {
                    _primary.LeaveBehind();
                    continue; // whoever is the primary next, or nobody
                }

                _primary.Opened();
                WatchPrimary();
                break;
            }
            catch (Exception error) when (Failure.IsUnreachable(error) && Source.MayWaitForPrimary(started, hasMoved))
            {
                // Nothing was sent: another primary may take its place in time. What is known of this one is asked first.
                if (async)
                    await Source.HasPrimaryMovedAsync(primary, cancellationToken).ConfigureAwait(false);
                else
                    Source.HasPrimaryMoved(primary);
            }
        }

        if (_state == System.Data.ConnectionState.Closed)
            throw await WasClosedAsync(async).ConfigureAwait(false);
        if (_settings is not null)
            await ReplayOnPrimaryAsync(async, cancellationToken).ConfigureAwait(false);
        return _primary.Connection!;
    }

    // The program has closed the connection while it waited for a server's, which nobody else would give back.
    private async ValueTask<Exception> WasClosedAsync(bool async)
    {
        await ReleasePrimaryAsync(async).ConfigureAwait(false);
        await ReleaseReplicaAsync(async).ConfigureAwait(false);
        return new InvalidOperationException("Connection is not open");
    }

    private async ValueTask ReplayOnPrimaryAsync(bool async, CancellationToken cancellationToken)
    {
        if (_settings is not { } settings || _primary.Settings == settings.Version)
            return;
        await settings.ReplayAsync(_primary.Connection!, async, cancellationToken).ConfigureAwait(false);
        _primary.Settings = settings.Version;
    }

    private async ValueTask ReplayOnReplicaAsync(bool async, CancellationToken cancellationToken)
    {
        if (_settings is not { } settings || _replica.Settings == settings.Version)
            return;
        await settings.ReplayAsync(_replica.Connection!, async, cancellationToken).ConfigureAwait(false);
        _replica.Settings = settings.Version;
    }

    /// <summary>Gets the open connection to a replica, opening it when it is not.</summary>
    /// <remarks>What runs in a read-only transaction is not proven, and settings stay behind: both take their connection from the pool that
    /// resets them.</remarks>
    private async ValueTask<NpgsqlConnection> AcquireReplicaAsync(
        int index, bool async, CancellationToken cancellationToken, bool leavesState = false)
    {
        var isReset = leavesState || IsTransactionOnReplica || _settings is not null;
        if (_replica.IsOpen && _replica.Node!.Index == index && _replica.IsReset == isReset)
        {
            if (_settings is not null)
                await ReplayOnReplicaAsync(async, cancellationToken).ConfigureAwait(false);
            return _replica.Connection!;
        }

        if (IsTransactionOnReplica)
            throw new InvalidOperationException("Connection is not open"); // lost with its transaction: another one would not have its snapshot
        await ReleaseReplicaAsync(async).ConfigureAwait(false);
        // A primary connection that served nothing but reads goes back; one with the user's state on it (currval, settings) is kept until
        // Close. Keeping it cannot deadlock: nobody waits for a primary connection while holding a replica's.
        if (_primary.IsHeld && !_primary.IsDirty)
            await ReleasePrimaryAsync(async).ConfigureAwait(false);
        var node = Source.Nodes[index];
        var inner = _replica.Take(node, isForReads: !isReset, Recycles is not null);
        RelayFromReplica();
        if (!await OpenInnerAsync(inner, node, isReset ? node.PrimaryPool : node.ReplicaPool, enlist: false, async, cancellationToken).ConfigureAwait(false))
        {
            _replica.LeaveBehind();
            throw Source.NodeLeft(node.Index);
        }

        _replica.Opened();
        _replica.IsReset = isReset;
        node.AddReader(this, inner);
        if (_state == System.Data.ConnectionState.Closed)
            throw await WasClosedAsync(async).ConfigureAwait(false);
        if (_settings is not null)
            await ReplayOnReplicaAsync(async, cancellationToken).ConfigureAwait(false);
        return inner;
    }

    /// <returns>Whether it is open; otherwise the node has gone meanwhile, and the inner connection must not be used again.</returns>
    private async ValueTask<bool> OpenInnerAsync(
        NpgsqlConnection inner, Node node, NpgsqlDataSource pool, bool enlist, bool async, CancellationToken cancellationToken)
    {
        // Npgsql would enlist in whatever transaction is ambient now, which may not be the one that was ambient when we were opened.
        using var suppress = enlist || Transaction.Current is null
            ? null
            : new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        try
        {
            if (!async)
            {
                // Nothing can end a synchronous Open that waits for a server which has stopped answering, so it must be possible to leave it.
                if (suppress is not null || enlist || !ServerLink.WouldConnect(pool, node.PoolSize))
                    inner.Open();
                else if (!TryOpen(inner, node))
                    return false;
                Source.CompareTypes(node, inner);
                return true;
            }

            cancellationToken.ThrowIfCancellationRequested(); // the exception of Npgsql's own commands: its Open makes a TaskCanceledException of it
            var opening = inner.OpenAsync(cancellationToken);
            if (!opening.IsCompleted && suppress is null && !enlist && await IsLeftBehindAsync(opening, inner, node).ConfigureAwait(false))
                return false;
            await opening.ConfigureAwait(false);
            Source.CompareTypes(node, inner);
            return true;
        }
        catch (Exception error) when (Failure.IsUnreachable(error))
        {
            Source.ReportConnectFailure(node.Index, error);
            throw;
        }
    }

    private bool TryOpen(NpgsqlConnection inner, Node node)
    {
        var opening = OwnThread.Run(inner.Open);
        var down = node.Down;
        // Looked at again and again: to be woken by either of two tasks takes a thread of the pool, all of which may be waiting here.
        while (Source.IsInUse(node.Index) && !down.IsCompleted && !OwnThread.HasEnded(opening, LookEvery))
        {
        }

        if (!opening.IsCompleted)
        {
            _ = CloseWhenOpenAsync(opening, inner);
            return false;
        }

        opening.GetAwaiter().GetResult();
        return true;
    }

    /// <summary>Waits for a connection to open, but no longer than its node answers probes.</summary>
    private async ValueTask<bool> IsLeftBehindAsync(Task opening, NpgsqlConnection inner, Node node)
    {
        var down = node.Down;
        if (Source.IsInUse(node.Index)) // asked after the task was taken, so that neither order of events is missed
            await Task.WhenAny(opening, down).ConfigureAwait(false);
        if (opening.IsCompleted)
            return false;
        _ = CloseWhenOpenAsync(opening, inner);
        return true;
    }

    private static async Task CloseWhenOpenAsync(Task opening, NpgsqlConnection inner)
    {
        try
        {
            await opening.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // nobody waits for it any more
        }

        await inner.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Links of the list that the replica's node keeps of its readers; guarded by the node.</summary>
    internal RoutingConnection? PreviousReader { get; set; }

    /// <inheritdoc cref="PreviousReader" />
    internal RoutingConnection? NextReader { get; set; }

    /// <summary>What a read runs with that may be ended from outside; guarded by the node.</summary>
    internal NpgsqlConnection? ReadsWith { get; set; }

    /// <summary>Ends a read that waits for its first row. Called by another thread, while the node keeps the connection from going back.</summary>
    internal bool SeverWaitingRead() =>
        ReadsWith is { } inner && (inner.FullState & System.Data.ConnectionState.Executing) != 0 && ServerLink.Sever(inner);

    private async ValueTask ReleaseReplicaAsync(bool async)
    {
        if (!_replica.IsHeld)
            return;
        var inner = _replica.Connection!;
        var unreset = _replica is { IsDirty: true, IsOpen: true, IsReset: false } && _replica.Node!.SkipsReset ? _replica.Node.ReplicaPool : null;
        _replica.Node!.RemoveReader(this);
        _replica.Released();
        if (unreset is not null)
            await ResetAsync(inner, unreset, async).ConfigureAwait(false);
        await CloseInnerAsync(inner, async).ConfigureAwait(false);
    }

    private async ValueTask ReleasePrimaryAsync(bool async)
    {
        if (!_primary.IsHeld)
            return;
        _primary.Released();
        await CloseInnerAsync(_primary.Connection!, async).ConfigureAwait(false);
    }

    private static async ValueTask CloseInnerAsync(NpgsqlConnection inner, bool async)
    {
        if (async)
            await inner.CloseAsync().ConfigureAwait(false);
        else
            inner.Close();
    }

    private static async ValueTask ResetAsync(NpgsqlConnection inner, NpgsqlDataSource pool, bool async)
    {
        var command = new NpgsqlCommand(ResetSql, inner);
        try
        {
            if (async)
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            else
                command.ExecuteNonQuery();
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            pool.Clear(); // a reader is open, or the server refused: connections in use now are closed instead of going back
        }
    }
}

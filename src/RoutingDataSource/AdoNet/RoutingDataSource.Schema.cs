using System.Transactions;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Diagnostics;

namespace ReplicaRouting;

// Changes of the schema: where they are made, and how every node learns of new types.
public sealed partial class RoutingDataSource
{
    // Longest wait for replicas to replay a change of the schema before the caller goes on. They catch up in the background.
    private static readonly TimeSpan LongestReplay = TimeSpan.FromSeconds(5);

    private readonly TypeMappings? _typeMappings; // null when all data sources are built here, and so alike
    private readonly Lock _reloadGate = new();
    private TypeReload?[]? _reloads; // by node; null while nobody waits for a reload

    /// <summary>Says in the log when data sources that the caller has built do not map types alike.</summary>
    internal void CompareTypes(Node node, NpgsqlConnection open) => _typeMappings?.Compare(node, open);

    /// <summary>Finds Npgsql's data source of the primary even while its database does not exist, so that probes cannot.</summary>
    /// <param name="adminDatabase">A database that exists on every server.</param>
    /// <exception cref="NpgsqlException">There is no primary. Transient: trying again later helps.</exception>
    internal NpgsqlDataSource FindSchemaPool(string adminDatabase)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _monitor.Start();
        _monitor.WaitForFirstRound(Timeout.InfiniteTimeSpan);
        return FindSchemaPoolAsync(adminDatabase, async: false, CancellationToken.None).WaitForSync();
    }

    /// <inheritdoc cref="FindSchemaPool" />
    internal async ValueTask<NpgsqlDataSource> FindSchemaPoolAsync(string adminDatabase, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _monitor.Start();
        await _monitor.FirstRound.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await FindSchemaPoolAsync(adminDatabase, async: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the nodes learn of a change that was made on the primary's own data source. Waits a few seconds at most.</summary>
    /// <param name="isDropped">Whether the database is gone.</param>
    internal void AfterSchemaChange(bool isDropped)
    {
        if (BeginSchemaChange(isDropped) is { } found && found.Wait(LongestReplay))
            ReloadTypes();
    }

    /// <inheritdoc cref="AfterSchemaChange" />
    /// <param name="isDropped">Whether the database is gone.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    internal async ValueTask AfterSchemaChangeAsync(bool isDropped, CancellationToken cancellationToken)
    {
        if (BeginSchemaChange(isDropped) is not { } found)
            return;
        try
        {
            await found.WaitAsync(LongestReplay, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return; // no primary any more: whoever needs it next will say so
        }

        await ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits, a few seconds at most, until the replicas know the types that the primary has now.</summary>
    internal void ReloadReplicaTypes()
    {
        if (!RequestReloads(RequirePrimary()).Wait(LongestReplay))
            Log.ReloadPending(Logger);
    }

    /// <inheritdoc cref="ReloadReplicaTypes" />
    internal async ValueTask ReloadReplicaTypesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RequestReloads(RequirePrimary()).WaitAsync(LongestReplay, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.ReloadPending(Logger);
        }
    }

    /// <summary>Asks for the types to be read on all nodes but the primary, each when it has replayed what the primary has now.</summary>
    /// <returns>What to wait for: those nodes that can be reached.</returns>
    private Task RequestReloads(int primary)
    {
        var after = Time.GetTimestamp();
        var nodes = Cluster.Nodes;
        var reachable = new List<Task>();
        lock (_reloadGate)
        {
            _reloads ??= new TypeReload?[Nodes.Length];
            for (var i = 0; i < _reloads.Length; i++)
            {
                if (i == primary || nodes[i].IsForeign)
                    continue;
                var replaced = _reloads[i];
                var reload = new TypeReload(after);
                _ = reload.Done.ContinueWith(_ => replaced?.Complete(), TaskScheduler.Default);
                _reloads[i] = reload;
                if (nodes[i].IsReachable)
                    reachable.Add(reload.Done);
            }
        }

        _monitor.RequestProbes();
        return Task.WhenAll(reachable);
    }

    /// <summary>Called with each new snapshot.</summary>
    private void ReloadWhereReplayed(ClusterSnapshot snapshot)
    {
        if (Volatile.Read(ref _reloads) is null)
            return;
        var isAwaited = false;
        lock (_reloadGate)
        {
            if (_reloads is null)
                return;
            for (var i = 0; i < _reloads.Length; i++)
            {
                if (_reloads[i] is not { } reload)
                    continue;
                if (!HasReplayed(snapshot, i, reload.After))
                {
                    isAwaited |= snapshot.Nodes[i].IsReachable && Time.GetElapsedTime(reload.After) < LongestReplay;
                    continue;
                }

                _reloads[i] = null;
                var node = i;
                _ = Task.Run(() => ReloadNodeAsync(node, reload));
            }

            if (Array.TrueForAll(_reloads, reload => reload is null))
                _reloads = null;
        }

        if (isAwaited)
            _monitor.RequestProbes(); // a replica that was a record behind is not left to the next interval while somebody waits
    }

    private bool HasReplayed(ClusterSnapshot snapshot, int index, long moment)
    {
        var node = snapshot.Nodes[index];
        if (!node.IsReachable || node.IsForeign)
            return false;
        if (index == snapshot.PrimaryIndex || node.Position is not { } position)
            return true;
        return History.TryFindPosition(moment, out var floor, out var epoch) && epoch == snapshot.Epoch && position >= floor;
    }

    private async Task ReloadNodeAsync(int index, TypeReload reload)
    {
        try
        {
            foreach (var pool in Nodes[index].Pools)
            {
                await pool.ReloadTypesAsync().ConfigureAwait(false);
                pool.Clear(); // what was opened before keeps the types that it knew then
            }

            reload.Complete();
        }
        catch (Exception error) when (!_isDisposed)
        {
            Log.TypesUnavailable(Logger, Nodes[index].Name, error);
            lock (_reloadGate)
            {
                _reloads ??= new TypeReload?[Nodes.Length];
                if (_reloads[index] is { } newer)
                    _ = newer.Done.ContinueWith(_ => reload.Complete(), TaskScheduler.Default);
                else
                    _reloads[index] = reload; // with the next snapshot
            }
        }
        catch (Exception)
        {
            reload.Complete(); // disposed: nobody will read with these types
        }
    }

    private Task<int>? BeginSchemaChange(bool isDropped)
    {
        if (_isDisposed)
            return null;
        Clear(); // connections that the change has ended, or that know nothing of it
        _monitor.RequestProbes();
        return isDropped ? null : _primaryFound.Task;
    }

    private async ValueTask<NpgsqlDataSource> FindSchemaPoolAsync(string adminDatabase, bool async, CancellationToken cancellationToken)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var snapshot = _monitor.Current;
            if (snapshot.PrimaryIndex >= 0)
                return Nodes[snapshot.PrimaryIndex].PrimaryPool;
            foreach (var node in snapshot.Nodes)
            {
                if (node.FailureMessage?.StartsWith(PostgresErrorCodes.InvalidCatalogName, StringComparison.Ordinal) != true)
                    continue; // it is not only the database that is missing
                var pool = Nodes[node.Index].PrimaryPool;
                if (await IsWritableAsync(pool, adminDatabase, async, cancellationToken).ConfigureAwait(false))
                    return pool;
            }

            if (isSecond)
            {
                CheckStart(); // a wrong password shows as such
                throw NoPrimary();
            }

            // What is known may be that connections were ended by a DROP DATABASE, and not yet that the database is gone.
            var asked = Task.WhenAll(Nodes.Select(node => _monitor.ProbeNow(node.Index)));
            if (async)
                await Task.WhenAny(asked, Task.Delay(LongestReplay, cancellationToken)).ConfigureAwait(false);
            else
                _ = asked.Wait(LongestReplay, cancellationToken);
        }
    }

    private static async ValueTask<bool> IsWritableAsync(NpgsqlDataSource pool, string adminDatabase, bool async, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(pool.ConnectionString) { Database = adminDatabase, Pooling = false, Enlist = false };
        using var suppress = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        using var template = pool.CreateConnection();
        using var connection = template.CloneWith(settings.ConnectionString); // keeps the password and the certificates
        using var command = new NpgsqlCommand("SELECT pg_catalog.pg_is_in_recovery()", connection);
        if (!async)
        {
            connection.Open();
            return command.ExecuteScalar() is false;
        }

        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is false;
    }
}

using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>A server and the pools of connections to it. A server may be the primary today and a replica tomorrow, and the two uses want
/// different settings, so each has a pool of its own, made when it is first needed.</summary>
internal sealed class Node : IDisposable, IAsyncDisposable
{
    private readonly Func<NodeUse, NpgsqlDataSource> _create;
    private readonly bool _isOwnedByCaller;
    private readonly Lock _lock = new();
    private NpgsqlDataSource? _primaryPool;
    private NpgsqlDataSource? _replicaPool;
    private string? _password;
    private readonly Recycler<InnerConnection> _closedPrimary = new();
    private readonly Recycler<InnerConnection> _closedReplica = new();
    private RoutingConnection? _firstReader;
    private int _inUse;
    private int _poolSize;
    private bool _isDisposed;
    private TaskCompletionSource _down = NewDown();

    public Node(int index, string name, string host, int port, Func<NodeUse, NpgsqlDataSource> create, bool isOwnedByCaller)
    {
        Index = index;
        Name = name;
        Host = host;
        Port = port;
        _create = create;
        _isOwnedByCaller = isOwnedByCaller;
        ProbeSource = create(NodeUse.Probe);
    }

    public int Index { get; }

    public string Name { get; }

    public string Host { get; }

    public int Port { get; }

    public NpgsqlDataSource ProbeSource { get; }

    /// <summary>Connections for everything that is not a proven read. They enlist in ambient transactions and are reset on return.</summary>
    public NpgsqlDataSource PrimaryPool => Volatile.Read(ref _primaryPool) ?? Create(ref _primaryPool, NodeUse.Primary);

    /// <summary>Connections for proven reads. They never enlist and, having nothing to discard, are not reset on return.</summary>
    public NpgsqlDataSource ReplicaPool => Volatile.Read(ref _replicaPool) ?? Create(ref _replicaPool, NodeUse.Replica);

    /// <summary>How many connections a pool may have; 0 before there is one.</summary>
    public int PoolSize => Volatile.Read(ref _poolSize);

    /// <summary>Gets a closed connection object.</summary>
    /// <param name="isForReads">Whether of the pool for proven reads.</param>
    public InnerConnection TakeClosed(bool isForReads) =>
        (isForReads ? _closedReplica : _closedPrimary).Take() ?? new((isForReads ? ReplicaPool : PrimaryPool).CreateConnection());

    /// <summary>Gives a closed connection object away that nobody holds any more.</summary>
    public void GiveClosed(InnerConnection closed, bool isForReads) => (isForReads ? _closedReplica : _closedPrimary).Give(closed);

    /// <summary>Whether connections of the replica pool go back without a reset.</summary>
    public bool SkipsReset => !_isOwnedByCaller;

    /// <summary>Gets whether the caller has built the data source, with mappings of its own.</summary>
    public bool IsOwnedByCaller => _isOwnedByCaller;

    /// <summary>Connections that commands of ours hold now.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Completes when the next probe of this node is missed: whoever waits for a connection to it then has waited enough.</summary>
    public Task Down => Volatile.Read(ref _down).Task;

    /// <summary>A probe was missed, or nobody listens.</summary>
    public void NoteDown() => Interlocked.Exchange(ref _down, NewDown()).TrySetResult();

    public void Enter() => Interlocked.Increment(ref _inUse);

    public void Leave() => Interlocked.Decrement(ref _inUse);

    /// <summary>A connection reads from this node from now on.</summary>
    /// <param name="reader">The connection; it reads from one node at a time.</param>
    /// <param name="inner">What it reads with.</param>
    public void AddReader(RoutingConnection reader, NpgsqlConnection inner)
    {
        lock (_lock)
        {
            reader.ReadsWith = inner;
            (reader.PreviousReader, reader.NextReader) = (null, _firstReader);
            if (_firstReader is not null)
                _firstReader.PreviousReader = reader;
            _firstReader = reader;
        }
    }

    /// <summary>A connection does not read from this node any more.</summary>
    public void RemoveReader(RoutingConnection reader)
    {
        lock (_lock)
        {
            if (reader.ReadsWith is null)
                return; // a Close at the same time was first
            reader.ReadsWith = null;
            if (reader.PreviousReader is not null)
                reader.PreviousReader.NextReader = reader.NextReader;
            else
                _firstReader = reader.NextReader;
            if (reader.NextReader is not null)
                reader.NextReader.PreviousReader = reader.PreviousReader;
            (reader.PreviousReader, reader.NextReader) = (null, null);
        }
    }

    /// <summary>Ends the reads that wait for their first row from this node, so that they run elsewhere.</summary>
    /// <returns>How many there were.</returns>
    public int SeverReaders()
    {
        var severed = 0;
        lock (_lock) // a connection cannot be given back, and so reach another user, in the meantime
        {
            for (var reader = _firstReader; reader is not null; reader = reader.NextReader)
            {
                if (reader.SeverWaitingRead())
                    severed++;
            }
        }

        return severed;
    }

    /// <summary>Closes what is idle and lets what is in use be closed on return.</summary>
    public void ClearPools()
    {
        Volatile.Read(ref _primaryPool)?.Clear();
        Volatile.Read(ref _replicaPool)?.Clear();
    }

    /// <summary>The pools that exist.</summary>
    public IEnumerable<NpgsqlDataSource> Pools => new[] { _primaryPool, _replicaPool }.OfType<NpgsqlDataSource>().Distinct();

    public void Dispose()
    {
        foreach (var pool in BeginDispose())
            pool.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in BeginDispose())
            await pool.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Sets the password of all pools, those that are made later included.</summary>
    public void SetPassword(string password)
    {
        lock (_lock)
        {
            foreach (var pool in Pools)
                pool.Password = password;
            ProbeSource.Password = password;
            _password = password;
        }
    }

    // From here on no pool is made, because nobody would dispose it.
    private List<NpgsqlDataSource> BeginDispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            return _isOwnedByCaller ? [] : [.. Pools, ProbeSource];
        }
    }

    private static TaskCompletionSource NewDown() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NpgsqlDataSource Create(ref NpgsqlDataSource? pool, NodeUse use)
    {
        lock (_lock)
        {
            if (pool is not null)
                return pool;
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(RoutingDataSource));
            var made = _create(use);
            if (_password is not null)
                made.Password = _password;
            var settings = new NpgsqlConnectionStringBuilder(made.ConnectionString);
            _poolSize = settings.Pooling ? settings.MaxPoolSize : int.MaxValue;
            return pool = made;
        }
    }
}

using System.Data;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>One of the two inner connections of a <see cref="RoutingConnection"/>. The object is kept when it is closed and used again for
/// the same pool. A struct: mutate it in place.</summary>
internal struct Lane
{
    private InnerConnection? _inner;
    private bool _isForReads;

    /// <summary>The inner connection; <see langword="null"/> when there was none yet or it was left behind.</summary>
    public readonly NpgsqlConnection? Connection => _inner?.Connection;

    /// <summary>The node that the inner connection belongs to.</summary>
    public Node? Node { get; private set; }

    /// <summary>Whether the inner connection was opened and not released yet.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether something other than proven reads ran on it, so that it may hold state that belongs to the user until Close.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether it comes from a pool that resets its connections, for a read-only transaction or for settings.</summary>
    public bool IsReset { get; set; }

    /// <summary>Which state of the connection's settings is in force on it; 0 for none.</summary>
    public int Settings { get; set; }

    /// <summary>How often the lane was opened: a prepared statement of an earlier opening is not there any more.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether the inner connection can run a command.</summary>
    public readonly bool IsOpen => IsHeld && (Connection!.FullState & ConnectionState.Open) != 0;

    /// <summary>Whether the inner connection was lost.</summary>
    public readonly bool IsBroken => IsHeld && Connection!.FullState == ConnectionState.Broken;

    /// <summary>Whether a command runs on it or a reader is open.</summary>
    public readonly bool IsBusy => IsHeld && (Connection!.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

    /// <summary>Gets a closed inner connection of a pool, the kept one when it fits.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isForReads">Whether it is to come from the pool for proven reads.</param>
    /// <param name="recycles">Whether one that does not fit may serve another connection.</param>
    public NpgsqlConnection Take(Node node, bool isForReads, bool recycles)
    {
        if (_inner is null || _isForReads != isForReads || !ReferenceEquals(Node, node))
        {
            if (recycles)
                Recycle();
            _inner = node.TakeClosed(isForReads);
            _isForReads = isForReads;
        }

        Node = node;
        return _inner.Connection;
    }

    /// <summary>Lets the inner connection object serve another connection.</summary>
    public void Recycle()
    {
        if (IsHeld || _inner is null || Interlocked.Exchange(ref _inner, null) is not { Connection.State: ConnectionState.Closed } inner)
            return;
        inner.Forget();
        Node!.GiveClosed(inner, _isForReads);
    }

    /// <summary>Closes the owner as soon as the reader closes the inner connection.</summary>
    public readonly void CloseWithReader(RoutingConnection owner) => _inner!.CloseWithReader(owner);

    /// <summary>The inner connection is left to whoever still waits for it to open: the next one is another object.</summary>
    public void LeaveBehind() => _inner = null;

    /// <summary>The inner connection was opened.</summary>
    public void Opened()
    {
        Node!.Enter();
        IsHeld = true;
        IsDirty = false;
        IsReset = false;
        Settings = 0;
        Generation++;
    }

    /// <summary>The inner connection went back to its pool.</summary>
    public void Released()
    {
        if (!IsHeld)
            return;
        IsHeld = false;
        IsDirty = false;
        Node!.Leave();
    }
}

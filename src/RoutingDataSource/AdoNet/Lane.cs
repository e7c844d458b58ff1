using System.Data;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>One of the two inner connections of a <see cref="RoutingConnection"/>. The object is kept when it is closed and used again for
/// the same pool. A struct: mutate it in place.</summary>
internal struct Lane
{
    private NpgsqlDataSource? _pool;

    /// <summary>The inner connection; <see langword="null"/> when there was none yet or it was left behind.</summary>
    public NpgsqlConnection? Connection { get; private set; }

    /// <summary>The node that the inner connection belongs to.</summary>
    public Node? Node { get; private set; }

    /// <summary>Whether the inner connection was opened and not released yet.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Whether something other than proven reads ran on it, so that it may hold state that belongs to the user until Close.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether it was opened for a read-only transaction, from a pool that resets its connections.</summary>
    public bool IsForTransaction { get; set; }

    /// <summary>How often the lane was opened: a prepared statement of an earlier opening is not there any more.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether the inner connection can run a command.</summary>
    public readonly bool IsOpen => IsHeld && (Connection!.FullState & ConnectionState.Open) != 0;

    /// <summary>Whether the inner connection was lost.</summary>
    public readonly bool IsBroken => IsHeld && Connection!.FullState == ConnectionState.Broken;

    /// <summary>Whether a command runs on it or a reader is open.</summary>
    public readonly bool IsBusy => IsHeld && (Connection!.FullState & (ConnectionState.Executing | ConnectionState.Fetching)) != 0;

    /// <summary>Gets a closed inner connection of a pool, the kept one when it fits.</summary>
    public NpgsqlConnection Take(Node node, NpgsqlDataSource pool)
    {
        if (Connection is null || !ReferenceEquals(_pool, pool))
        {
            Connection = pool.CreateConnection();
            _pool = pool;
        }

        Node = node;
        return Connection;
    }

    /// <summary>The inner connection was opened.</summary>
    public void Opened()
    {
        Node!.Enter();
        IsHeld = true;
        IsDirty = false;
        IsForTransaction = false;
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

using System.Data;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>Npgsql's connection object and what stays with it when it serves another connection of ours.</summary>
internal sealed class InnerConnection(NpgsqlConnection connection)
{
    private RoutingConnection? _closesWith;
    private bool _isWatched;

    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>Closes a connection of ours as soon as this one is closed by its reader (<see cref="CommandBehavior.CloseConnection"/>).</summary>
    /// <remarks>Not by the reader's own event: readers belong to the physical connection and are used again, so that a handler may be wiped
    /// by the next user.</remarks>
    public void CloseWithReader(RoutingConnection owner)
    {
        _closesWith = owner;
        if (!_isWatched)
        {
            Connection.StateChange += OnStateChange;
            _isWatched = true;
        }

        if (Connection.FullState == ConnectionState.Closed)
            Closed(); // there was nothing to read
    }

    /// <summary>Nobody waits for the reader any more.</summary>
    public void Forget() => _closesWith = null;

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState == ConnectionState.Closed)
            Closed();
    }

    private void Closed()
    {
        if (_closesWith is not { } owner)
            return;
        _closesWith = null;
        owner.ReaderClosed();
    }
}

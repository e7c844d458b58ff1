using Npgsql;

namespace ReplicaRouting;

/// <summary>Asks one server what it is and where in the log it stands. The default asks PostgreSQL's own functions; services that hide
/// them (Amazon Aurora, for example) are served by an implementation that asks theirs.</summary>
public interface INodeProbe
{
    /// <summary>Asks, in one round trip where possible.</summary>
    /// <param name="connection">An open connection to the server. It is held between probes and belongs to the topology: do not close it,
    /// and leave no session state on it.</param>
    /// <param name="cancellationToken">Cancelled when the probe has taken longer than the probe time-out.</param>
    /// <returns>What the server said.</returns>
    /// <exception cref="System.Data.Common.DbException">The server could not answer. The node counts as unreachable until a later probe is
    /// answered; probes go on by themselves. Any other exception counts in the same way, and the first Open throws it as it is when no node can be
    /// used, unless it is one of the network's or of time.</exception>
    public ValueTask<NodeProbeResult> ProbeAsync(NpgsqlConnection connection, CancellationToken cancellationToken);
}

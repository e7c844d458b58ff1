namespace ReplicaRouting;

/// <summary>What becomes of a connection on which a statement has changed the session: <c>SET</c>, <c>set_config(…, false)</c>, a temporary
/// table, an advisory lock, <c>LISTEN</c> and the like.</summary>
public enum SessionStatements
{
    /// <summary>It stays with its connection to the primary until it closes or <c>DISCARD ALL</c> clears the session.</summary>
    PinToPrimary,

    /// <summary>As <see cref="PinToPrimary"/>, but for settings that can be made again: those are in force on whichever node serves the next
    /// command, and the connection's reads go on going to replicas.</summary>
    Replay,
}

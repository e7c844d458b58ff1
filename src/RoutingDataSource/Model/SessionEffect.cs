namespace ReplicaRouting;

/// <summary>What a text leaves behind on the connection that ran it: the net effect of all its statements, in their order.</summary>
[Flags]
public enum SessionEffect
{
    /// <summary>Nothing outlives the text.</summary>
    None = 0,

    /// <summary>A transaction is open after it (<c>BEGIN</c>, <c>START TRANSACTION</c>, <c>COMMIT AND CHAIN</c>).</summary>
    BeginsTransaction = 1,

    /// <summary>No transaction is open after it (<c>COMMIT</c>, <c>END</c>, <c>ROLLBACK</c>, <c>ABORT</c>, <c>PREPARE TRANSACTION</c>).</summary>
    EndsTransaction = 2,

    /// <summary>Session state is left behind: settings, temporary tables, advisory locks, prepared statements, LISTEN, held cursors, LOAD.</summary>
    LeavesState = 4,

    /// <summary>All session state is gone after it (<c>DISCARD ALL</c>).</summary>
    ClearsState = 8,
}

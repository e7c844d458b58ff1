namespace ReplicaRouting.Classification;

/// <summary>What a command that is no query may do to its session.</summary>
internal enum CommandKind : byte
{
    /// <summary>Nothing.</summary>
    Plain,

    /// <summary>Begins a transaction.</summary>
    Begin,

    /// <summary>COMMIT, END, ROLLBACK, ABORT: ends one, unless it is about a savepoint, a prepared transaction or a chain.</summary>
    Finish,

    /// <summary>PREPARE: of a transaction or of a statement.</summary>
    Prepare,

    /// <summary>SET: for the session, unless it is for the transaction.</summary>
    Set,

    /// <summary>DISCARD.</summary>
    Discard,

    /// <summary>CREATE: perhaps something temporary, perhaps with a body.</summary>
    Create,

    /// <summary>DECLARE: perhaps WITH HOLD.</summary>
    Declare,

    /// <summary>Always leaves session state.</summary>
    Stateful,
}

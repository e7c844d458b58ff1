namespace ReplicaRouting;

/// <summary>Why a command went where it went. A closed set: it is used as a metric tag.</summary>
public enum RouteReason
{
    /// <summary>The text is not understood, so it is not proven to be harmless on a replica.</summary>
    NotUnderstood,

    /// <summary>Every statement of the text is proven read-only, and a replica could serve it.</summary>
    ProvenRead,

    /// <summary>INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY FROM.</summary>
    Write,

    /// <summary>A WITH query that contains a data-modifying statement.</summary>
    ModifyingCte,

    /// <summary>FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE, FOR KEY SHARE, or LOCK.</summary>
    LockingClause,

    /// <summary>SELECT INTO creates a table.</summary>
    SelectInto,

    /// <summary>CREATE, ALTER, DROP, GRANT and the like.</summary>
    SchemaChange,

    /// <summary>VACUUM, ANALYZE, CHECKPOINT, REINDEX and other commands that act on the server or its storage.</summary>
    Maintenance,

    /// <summary>BEGIN, COMMIT, ROLLBACK, SAVEPOINT and the like.</summary>
    TransactionControl,

    /// <summary>SET, LISTEN, PREPARE, DECLARE, an advisory lock: the effect stays with the server connection.</summary>
    SessionState,

    /// <summary>SHOW, a statistics view, pg_backend_pid(): the answer is about one server, and the primary is the one that is meant.</summary>
    PerServer,

    /// <summary>A function that writes, locks or is not known to be harmless (VOLATILE).</summary>
    VolatileFunction,

    /// <summary>A function of which nothing is known.</summary>
    UnknownFunction,

    /// <summary>A sequence read as a relation: a replica shows values that the primary has not handed out yet.</summary>
    SequenceRead,

    /// <summary>A table that the options keep on the primary.</summary>
    PrimaryTable,

    /// <summary>CALL, DO or EXECUTE: what they run does not stand in the text.</summary>
    HiddenStatement,

    /// <summary>A string, quoted name, comment or parenthesis is not closed; or a character that PostgreSQL refuses.</summary>
    Unterminated,

    /// <summary>No statement at all.</summary>
    Empty,

    /// <summary>A comment before the first token asks for the primary.</summary>
    HintPrimary,

    /// <summary>An earlier run of the same text was refused by a replica.</summary>
    RememberedRefusal,

    /// <summary>A transaction of this connection is open.</summary>
    InTransaction,

    /// <summary>An ambient <see cref="System.Transactions.Transaction"/> is in force.</summary>
    AmbientTransaction,

    /// <summary>An earlier command left session state on the primary connection.</summary>
    SessionPinned,

    /// <summary>A read-only transaction on a replica, asked for by the application.</summary>
    ReadOnlyTransaction,

    /// <summary>A member that has no text to prove, such as COPY, notifications or GetSchema.</summary>
    PrimaryApi,

    /// <summary>The data source runs with <c>Mode = PrimaryOnly</c>.</summary>
    PrimaryOnlyMode,

    /// <summary>A <c>UsePrimary</c> scope is in force.</summary>
    PrimaryScope,

    /// <summary>A routing rule of the application decided.</summary>
    Rule,

    /// <summary>The session wrote, and no replica is known to have replayed the write yet.</summary>
    ReadYourWrites,

    /// <summary>The cluster has no replica, or all are drained.</summary>
    NoReplica,

    /// <summary>No replica answers its probes.</summary>
    ReplicasUnreachable,

    /// <summary>Every reachable replica is behind the bound on lag, or its lag is not known.</summary>
    ReplicasLagging,

    /// <summary>A replica refused the command without effect (SQLSTATE 25006, 0A000 or 55000), so it ran again on the primary.</summary>
    RefusedByReplica,

    /// <summary>The server that ran the read was lost or cancelled it before its first row, so it ran again elsewhere.</summary>
    ServerLost,

    /// <summary>The server was not the primary any more; nothing had happened, so the command ran again on the new one.</summary>
    PrimaryMoved,

    /// <summary>More reads had fallen back to the primary than <c>PrimaryFallbackLimit</c> allows, so a replica beyond the lag bounds answered.</summary>
    FallbackLimit,

    /// <summary>A setting that is made again on whichever node serves the next command (<c>SessionStatements = Replay</c>).</summary>
    ReplayedSetting,

    /// <summary>The data source runs with <c>Mode = Shadow</c>: where the read would have gone is in the shadow report.</summary>
    ShadowMode,
}

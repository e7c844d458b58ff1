namespace ReplicaRouting.AspNetCore.Sessions;

/// <summary>What became of the token of a request that wrote.</summary>
internal enum TokenIssue
{
    /// <summary>The response carries it.</summary>
    Sent,

    /// <summary>It carries one that names no position, because a write had not ended or the primary did not tell in time: whoever sends it back reads
    /// what is committed by then.</summary>
    SentWithoutPosition,

    /// <summary>The response had started before the write.</summary>
    TooLate,

    /// <summary>There was an error, which is logged.</summary>
    Failed,
}

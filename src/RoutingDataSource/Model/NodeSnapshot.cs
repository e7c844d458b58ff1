namespace ReplicaRouting;

/// <summary>What is known of one server at one moment. Immutable.</summary>
public sealed record NodeSnapshot
{
    /// <summary>Gets the node's name: as given to the builder, else <c>host:port</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the host that connections are opened to.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the TCP port.</summary>
    public required int Port { get; init; }

    /// <summary>Gets the role that the server named in its last answered probe.</summary>
    public NodeRole Role { get; init; }

    /// <summary>Gets whether the last probe was answered and no connect failure was reported since.</summary>
    public bool IsReachable { get; init; }

    /// <summary>Gets whether <c>Drain</c> took the node out of the reads.</summary>
    public bool IsDrained { get; init; }

    /// <summary>Gets the configured weight: its share of the reads in proportion to the others'. 0: only when nobody else is left.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Gets how much of its weight the node has back after an absence, in quarters (1 to 4).</summary>
    public int WarmUp { get; init; } = FullyWarm;

    /// <summary>Gets the insert position of a primary or the replay position of a replica, as of the last answered probe.</summary>
    public WalPosition? Position { get; init; }

    /// <summary>Gets the distance to the primary; <see langword="null"/> for a primary and while it is unknown.</summary>
    public ReplicationLag? Lag { get; init; }

    /// <summary>Gets the system identifier of the server's cluster; <see langword="null"/> before the first answer and where the service hides it.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Gets whether the server belongs to another cluster than the primary: it serves nothing.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Gets the timeline of a primary, or the one that a replica receives; <see langword="null"/> when the server does not tell (a
    /// replica tells it to members of pg_monitor).</summary>
    public int? Timeline { get; init; }

    /// <summary>Gets whether a replica is known to follow the present primary. After a failover it may follow the old one still, or have gone
    /// beyond the point where the timelines part; its position proves nothing then, and it serves nothing.</summary>
    public bool FollowsPrimary { get; init; }

    /// <summary>Gets how many probes in a row were not answered.</summary>
    public int Failures { get; init; }

    /// <summary>Gets why the last probe was not answered; <see langword="null"/> when it was. Holds no secret.</summary>
    public string? FailureMessage { get; init; }

    internal const int FullyWarm = 4;

    /// <summary>The node's place in the data source's list of nodes; the same for its whole life.</summary>
    internal int Index { get; init; }
}

namespace ReplicaRouting.Tool.Status;

/// <summary>What one server says of itself.</summary>
internal sealed record ServerStatus
{
    public required string Name { get; init; }

    /// <summary>Gets why it could not be asked; <see langword="null"/> when it answered. The rest says nothing then.</summary>
    public string? Failure { get; init; }

    /// <summary>Gets the error behind <see cref="Failure"/>.</summary>
    public Exception? Error { get; init; }

    public bool IsInRecovery { get; init; }

    /// <summary>Gets the insert position of a primary, the replay position of a replica.</summary>
    public WalPosition? Position { get; init; }

    public string SystemIdentifier { get; init; } = "";

    public int? Timeline { get; init; }

    public string Version { get; init; } = "";

    /// <summary>Gets the age of the last commit that a replica has replayed; <see langword="null"/> for a primary and before the first.</summary>
    public TimeSpan? SinceLastReplayed { get; init; }

    public bool IsReplayPaused { get; init; }

    /// <summary>Gets whether a replica is connected to the server it streams from.</summary>
    public bool IsReceiving { get; init; }

    /// <summary>Gets how many standbys stream from this server.</summary>
    public int Senders { get; init; }

    /// <summary>Gets the settings that matter to routing, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public string Role => Failure is not null ? "unreachable" : IsInRecovery ? "replica" : "primary";
}

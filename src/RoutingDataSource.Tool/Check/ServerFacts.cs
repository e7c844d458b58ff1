using ReplicaRouting.Tool.Common;
using ReplicaRouting.Tool.Status;

namespace ReplicaRouting.Tool.Check;

/// <summary>What a server was found to be.</summary>
internal sealed record ServerFacts(Server Server, ServerStatus Status)
{
    /// <summary>Gets how long connecting and logging in took.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>Gets how much the server's clock is ahead of ours, and by how much that may be wrong.</summary>
    public (TimeSpan Ahead, TimeSpan Uncertainty) Clock { get; init; }

    /// <summary>Gets whether the connection was given a cancel key that is not the server's own: a pooler answered.</summary>
    public bool IsBehindPooler { get; init; }

    /// <summary>Gets whether two clients were served by one server connection.</summary>
    public bool SharesServerConnections { get; init; }

    /// <summary>Gets the settings that change answers or limits, by name.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the extensions of the database and the version whose files are on this server; <see langword="null"/> when there are none.</summary>
    public IReadOnlyDictionary<string, string?> Extensions { get; init; } = new Dictionary<string, string?>();

    /// <summary>Gets the version of the system's collation; <see langword="null"/> where there is none.</summary>
    public string? CollationVersion { get; init; }

    public bool IsSuperuser { get; init; }

    public bool IsMonitor { get; init; }

    public string User { get; init; } = "";
}

using Npgsql;

namespace ReplicaRouting.Topology;

/// <summary>The monitor's own view of one node, from which its snapshots are made. Guarded by the monitor's lock.</summary>
internal sealed class NodeState(MonitoredNode node, int index)
{
    // A node that was away gets a quarter of its weight back with each answered probe.
    private const int FirstWarmUp = 1;

    private TimeSpan? _reportedDelay;
    private int? _reachedTimeline;
    private int _verifiedEpoch;
    private WalPosition _beyond;

    public MonitoredNode Node { get; } = node;

    public NodeSnapshot Snapshot { get; set; } = new()
    {
        Name = node.Name,
        Host = node.Host,
        Port = node.Port,
        Weight = node.Weight,
        Index = index,
    };

    /// <summary>Whether a probe was answered or missed yet.</summary>
    public bool WasAsked { get; set; }

    /// <summary>Whether a probe was answered since the data source was built.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The server refuses the log-in; cleared by the next answer.</summary>
    public PostgresException? LoginError { get; private set; }

    /// <summary>What keeps connections to a node that has never answered from being made, as long as its settings are what they are.</summary>
    public Exception? SetupError { get; private set; }

    /// <summary>Whether the refusal of connections is certain (nobody listens), so that a second missed probe need not be awaited. Says
    /// something of a node that does not answer only.</summary>
    public bool IsGone { get; private set; }

    public void Answer(long started, NodeProbeResult result)
    {
        _reportedDelay = result.Delay;
        _reachedTimeline = result.ReachedTimeline;
        LoginError = null;
        SetupError = null;
        Snapshot = Snapshot with
        {
            Role = result.Role,
            IsReachable = true,
            WarmUp = !HasAnswered ? NodeSnapshot.FullyWarm
                : !Snapshot.IsReachable ? FirstWarmUp
                : Math.Min(NodeSnapshot.FullyWarm, Snapshot.WarmUp + 1),
            Position = result.Position,
            SystemIdentifier = result.SystemIdentifier,
            Timeline = result.Timeline,
            Failures = 0,
            FailureMessage = null,
        };
        HasAnswered = true;
        Started = started;
    }

    /// <summary>When the last answered probe was sent.</summary>
    public long Started { get; private set; }

    public void Miss(Exception error)
    {
        LoginError = error as PostgresException is { SqlState: "28P01" or "28000" or "3D000" } login ? login : null;
        SetupError = !HasAnswered && IsOfSettings(error) ? error : null;
        IsGone = error is NpgsqlException { InnerException: System.Net.Sockets.SocketException }
            or PostgresException { SqlState: "57P01" or "57P02" or "57P03" };
        Snapshot = Snapshot with { IsReachable = false, Failures = Snapshot.Failures + 1, FailureMessage = Describe(error) };
    }

    // What is neither the network's nor the server's: settings that exclude each other, a password provider or a probe that fails. Any IOException
    // within Npgsql's own is transient to it, also that of a file that is not there.
    private static bool IsOfSettings(Exception error) => error switch
    {
        PostgresException => false,
        NpgsqlException npgsql => !npgsql.IsTransient || IsMissingFile(npgsql.InnerException),
        _ => IsMissingFile(error)
            || error is not (IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException or ObjectDisposedException),
    };

    private static bool IsMissingFile(Exception? error) => error is FileNotFoundException or DirectoryNotFoundException;

    /// <summary>Finds out whether the node belongs to another cluster, in which case it serves nothing.</summary>
    /// <param name="identity">The cluster's system identifier; <see langword="null"/> while it is unknown.</param>
    public void CompareIdentity(string? identity)
    {
        var isForeign = identity is not null && Snapshot.SystemIdentifier is { } own && own != identity;
        if (isForeign != Snapshot.IsForeign)
            Snapshot = Snapshot with { IsForeign = isForeign };
    }

    /// <summary>Another node has become the primary: what was known of this one's descent does not hold any more.</summary>
    /// <param name="oldTimeline">The furthest position that the old timeline is known to have had anywhere.</param>
    public void ForgetDescent(WalPosition oldTimeline) => _beyond = oldTimeline; // what was verified was so in another epoch

    /// <summary>Finds out whether a replica follows the present primary.</summary>
    /// <param name="election">Who the primary is.</param>
    /// <param name="history">Its positions.</param>
    public void CompareDescent(PrimaryElection election, PrimaryHistory history)
    {
        if (Snapshot.Role != NodeRole.Replica || election.Epoch == 0)
            return;
        bool follows;
        if (Snapshot.Timeline is { } received && election.Timeline is { } current)
        {
            follows = received == current;
        }
        else
        {
            // Before the first failover that was seen there is no reason for doubt. After it: the control file names the new timeline, or the
            // node stands exactly where the new primary once stood, beyond anything that the old timeline is known to have had.
            follows = _verifiedEpoch == election.Epoch
                || election.Epoch == 1
                || (_reachedTimeline is { } reached && reached >= election.Timeline)
                || (Snapshot.Position is not { } position ? _reportedDelay is not null : position > _beyond && history.Contains(position));
        }

        _verifiedEpoch = follows ? election.Epoch : 0;
        if (follows != Snapshot.FollowsPrimary)
            Snapshot = Snapshot with { FollowsPrimary = follows };
    }

    /// <summary>Compares the node's position with the primary's.</summary>
    /// <param name="history">The primary's positions.</param>
    /// <param name="now">The moment to measure at: while the primary is away, the last moment at which it was seen.</param>
    /// <param name="time">The clock of both.</param>
    public void MeasureLag(PrimaryHistory history, long now, TimeProvider time)
    {
        if (Snapshot.Role != NodeRole.Replica)
        {
            Snapshot = Snapshot with { Lag = null };
            return;
        }

        if (Snapshot.Position is not { } replayed)
        {
            Snapshot = Snapshot with { Lag = _reportedDelay is { } delay ? new(0, delay) : null };
            return;
        }

        if (history.Compare(replayed) is not { } compared)
        {
            return; // no primary was seen yet: what was known stays
        }

        var isLevel = compared.Newest <= replayed;
        TimeSpan? age = isLevel ? TimeSpan.Zero
            : compared.Passed is { } passed ? time.GetElapsedTime(passed, Math.Max(now, passed))
            : null;
        Snapshot = Snapshot with { Lag = new(isLevel ? 0 : (long)(compared.Newest.Value - replayed.Value), _reportedDelay ?? age) };
    }

    // Npgsql's messages name hosts, users and databases, never passwords.
    private static string Describe(Exception error) => error switch
    {
        TimeoutException => "no answer within the probe time-out",
        PostgresException refused => $"{refused.SqlState}: {refused.MessageText}",
        { InnerException: { } inner } => $"{error.Message}: {inner.Message}",
        _ => error.Message,
    };
}

using System.Globalization;

namespace ReplicaRouting.Tool.Status;

/// <summary>What all servers said at about the same time, and what is wrong with it.</summary>
internal sealed class ClusterStatus
{
    internal ClusterStatus(IReadOnlyList<ServerStatus> servers, TimeSpan maxLag)
    {
        Servers = servers;
        var primaries = servers.Where(server => server is { Failure: null, IsInRecovery: false }).ToList();
        // Of two that take writes, the later timeline is the one that was promoted.
        Primary = primaries.MaxBy(server => server.Timeline ?? 0);
        Problems = [.. Find(primaries, maxLag)];
    }

    public IReadOnlyList<ServerStatus> Servers { get; }

    public ServerStatus? Primary { get; }

    /// <summary>Gets what is wrong, each with the server's name and what to do.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>The WAL that a replica has not replayed, in bytes.</summary>
    public long? LagBytes(ServerStatus server) =>
        server is { Failure: null, IsInRecovery: true, Position: { } replayed } && Primary?.Position is { } written
            ? (long)Math.Max(0, (decimal)written.Value - replayed.Value)
            : null;

    /// <summary>How old a replica's data is: zero when it has replayed everything, else the age of the last commit it has.</summary>
    public TimeSpan? LagTime(ServerStatus server) => LagBytes(server) switch
    {
        0 => TimeSpan.Zero,
        null when server.Failure is not null || !server.IsInRecovery => null,
        _ => server.SinceLastReplayed,
    };

    private IEnumerable<string> Find(List<ServerStatus> primaries, TimeSpan maxLag)
    {
        if (primaries.Count == 0)
            yield return "no server takes writes: promote one of the replicas (pg_ctl promote), or start the primary";
        if (primaries.Count > 1)
            yield return $"{string.Join(" and ", primaries.Select(server => server.Name))} both take writes: stop the one that was replaced, and make it a standby again (pg_rewind)";
        foreach (var server in Servers)
        {
            if (server.Failure is { } failure)
            {
                yield return $"{server.Name} does not answer: {failure}";
                continue;
            }

            if (Primary is not null && server.SystemIdentifier != Primary.SystemIdentifier)
                yield return $"{server.Name} is of another cluster (system identifier {server.SystemIdentifier}, the primary's is {Primary.SystemIdentifier}): take it out of --connection, or create it anew as a standby";
            if (!server.IsInRecovery)
                continue;
            if (!server.IsReceiving)
                yield return $"{server.Name} does not stream: see its log, and its primary_conninfo and primary_slot_name";
            if (server.IsReplayPaused)
                yield return $"{server.Name} has its replay paused: SELECT pg_wal_replay_resume() there";
            // Without a primary the age of the last commit is no lag.
            if (LagBytes(server) is { } bytes && LagTime(server) is { } lag && lag > maxLag)
                yield return string.Create(CultureInfo.InvariantCulture, $"{server.Name} is {lag.TotalSeconds:0.0} s behind, {bytes} bytes of WAL: routing leaves a replica beyond MaxReplicaLag ({maxLag.TotalSeconds:0.###} s)");
        }
    }
}

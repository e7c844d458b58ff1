using ReplicaRouting.AdoNet;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Selection;

namespace ReplicaRouting;

// What is counted while somebody looks.
public sealed partial class RoutingDataSource
{
    private volatile StatisticsRecorder? _recorder;

    /// <summary>Gets what each node does now and has done lately. The first call begins the counting, which ends five minutes after the last: while
    /// nobody looks, nothing is counted.</summary>
    /// <remarks>Starts the probes, and waits for nothing: a data source that was not used before knows nothing yet at the first call.</remarks>
    /// <returns>The statistics.</returns>
    /// <exception cref="ObjectDisposedException">The data source is disposed.</exception>
    public RoutingStatistics GetStatistics()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _monitor.Start();
        if (_recorder is not { } recorder)
        {
            var created = new StatisticsRecorder(Nodes.Length, Time);
            recorder = Interlocked.CompareExchange(ref _recorder, created, null) ?? created;
            recorder.Remember(_monitor.Current);
        }

        recorder.Look();
        var table = _table;
        var rates = recorder.Rates();
        return new(
            table.Snapshot,
            [.. table.Snapshot.Nodes.Select((node, index) => new NodeStatistics(
                node, StandingOf(node, table), Nodes[index].InUse, rates[index].Reads, rates[index].Commands, recorder.CommandsOf(index), recorder.LagOf(index)))],
            recorder.Age,
            Volatile.Read(ref _fallbacks),
            Options.PrimaryFallbackLimit);
    }

    /// <summary>A command was answered.</summary>
    internal void Count(int node, RouteTarget target, RouteReason reason, bool isRead)
    {
        _recorder?.Count(node, reason, isRead);
        if (Metrics.CountsCommands)
            Metrics.Command(node < 0 ? null : Cluster.Nodes[node], target, reason);
    }

    /// <summary>A command that was lost or refused runs again.</summary>
    internal void NoteRerun(int from, in RouteDecision next)
    {
        Metrics.Rerun(next.Reason);
        RoutingActivity.Rerun(from < 0 ? null : Nodes[from].Name, next.Node < 0 ? null : Nodes[next.Node].Name, next.Reason);
    }

    // As OpenTelemetry names a pool that nobody has named: the servers and the database, never a user.
    private string DefaultName(string? database)
    {
        var servers = string.Join(',', Nodes.Select(node => $"{node.Host}:{node.Port}").Distinct(StringComparer.Ordinal));
        return database is null ? servers : $"{servers}/{database}";
    }

    private void Record(ClusterSnapshot snapshot)
    {
        if (_recorder is not { } recorder)
            return;
        if (recorder.IsForgotten)
            _recorder = null;
        else
            recorder.Remember(snapshot);
    }

    private NodeStanding StandingOf(NodeSnapshot node, ReadTable table)
    {
        if (node.Index == table.Snapshot.PrimaryIndex)
            return NodeStanding.Primary;
        return Eligibility.Reject(node, _bounds) switch
        {
            null => table.Cycle.Contains(node.Index) ? NodeStanding.ServesReads : NodeStanding.Spare,
            Rejection.Drained => NodeStanding.Drained,
            Rejection.Lagging => NodeStanding.Lagging,
            Rejection.LagUnknown => NodeStanding.LagUnknown,
            Rejection.NotReplica => NodeStanding.Refused,
            _ => node.IsForeign ? NodeStanding.Refused : NodeStanding.Unreachable,
        };
    }
}

using System.Diagnostics;
using System.Diagnostics.Metrics;
using ReplicaRouting.Model;

namespace ReplicaRouting.Diagnostics;

/// <summary>The instruments of one data source; its name is a tag of each measurement. All tags come from closed sets: no text, no connection string.
/// What Npgsql measures (connections, commands, bytes) is not measured again. Costs nothing but a look while nobody listens.</summary>
internal sealed class RoutingMetrics : IDisposable
{
    internal const string MeterName = "RoutingDataSource";

    private static readonly string[] Targets = Enum.GetNames<RouteTarget>();
    private static readonly string[] Reasons = Enum.GetNames<RouteReason>();
    private static readonly string[] PinEnds = Enum.GetNames<PinEnd>();

    private readonly Meter _meter = new(MeterName);
    private readonly KeyValuePair<string, object?> _name;
    private readonly Counter<long> _commands;
    private readonly Counter<long> _shadow;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _reruns;
    private readonly Counter<long> _refusals;
    private readonly Histogram<double> _probes;
    private readonly Histogram<double> _pins;

    /// <summary>Initialises the instruments.</summary>
    /// <param name="name">What tells the data source from others of the process.</param>
    /// <param name="cluster">What is known now.</param>
    /// <param name="inUse">How many inner connections a node serves now, by its index.</param>
    /// <param name="fallbacks">How many reads run on the primary for want of a replica, and how many there may be.</param>
    public RoutingMetrics(string name, Func<ClusterSnapshot> cluster, Func<int, int> inUse, Func<(int InUse, int? Limit)> fallbacks)
    {
        _name = new("routing_data_source.name", name);
        _commands = _meter.CreateCounter<long>(
            "routing_data_source.commands", "{command}", "Commands by the side, the node and the reason of their route");
        _shadow = _meter.CreateCounter<long>(
            "routing_data_source.shadow.commands", "{command}", "Commands of shadow mode by the side and the reason that they would have had");
        _fallbacks = _meter.CreateCounter<long>(
            "routing_data_source.fallbacks", "{command}", "Reads that the primary answered because no replica could, by the reason");
        _reruns = _meter.CreateCounter<long>(
            "routing_data_source.reruns", "{command}", "Commands that ran again elsewhere, by the reason");
        _refusals = _meter.CreateCounter<long>(
            "routing_data_source.refusals", "{text}", "Texts that were taken for reads and refused by a replica");
        _probes = _meter.CreateHistogram<double>(
            "routing_data_source.probe.duration", "s", "Duration of the answered probes");
        _pins = _meter.CreateHistogram<double>(
            "routing_data_source.pin.duration", "s", "Time from a session's last write to its next read from a replica, by how the wait ended");
        _meter.CreateObservableGauge(
            "routing_data_source.node.lag.size", () => Observe(cluster, node => node.Lag?.Bytes), "By", "WAL that a replica has left to replay");
        _meter.CreateObservableGauge(
            "routing_data_source.node.lag.time", () => Observe(cluster, node => node.Lag?.Delay?.TotalSeconds), "s", "Age of what a replica shows");
        _meter.CreateObservableGauge(
            "routing_data_source.node.reachable", () => Observe<int>(cluster, node => node.IsReachable ? 1 : 0), "{node}", "Whether a node answers");
        _meter.CreateObservableGauge(
            "routing_data_source.node.in_use", () => Observe<int>(cluster, node => inUse(node.Index)), "{connection}", "Inner connections in use");
        _meter.CreateObservableGauge(
            "routing_data_source.node.drained", () => Observe<int>(cluster, node => node.IsDrained ? 1 : 0), "{node}", "Whether a node was taken out of the reads by name");
        _meter.CreateObservableGauge(
            "routing_data_source.fallbacks.in_use", () => new Measurement<int>(fallbacks().InUse, _name), "{command}", "Reads that run on the primary now because no replica can serve them");
        _meter.CreateObservableGauge(
            "routing_data_source.fallbacks.limit", () => Limit(fallbacks().Limit), "{command}", "How many such reads there may be; nothing without a limit");
    }

    /// <summary>The meter of this data source alone.</summary>
    public Meter Meter => _meter;

    /// <summary>Whether anybody wants to know of commands.</summary>
    public bool CountsCommands => _commands.Enabled || _fallbacks.Enabled;

    public void Command(NodeSnapshot? node, RouteTarget target, RouteReason reason)
    {
        var tags = NodeTags(node);
        tags.Add("routing_data_source.target", Targets[(int)target]);
        tags.Add("routing_data_source.reason", Reasons[(int)reason]);
        _commands.Add(1, tags);
        if (target == RouteTarget.Primary && IsFallback(reason))
            _fallbacks.Add(1, _name, new KeyValuePair<string, object?>("routing_data_source.reason", Reasons[(int)reason]));
    }

    /// <summary>Whether anybody wants to know of commands in shadow mode.</summary>
    public bool CountsShadow => _shadow.Enabled;

    public void Shadow(RouteTarget target, RouteReason reason)
    {
        var tags = NodeTags(null);
        tags.Add("routing_data_source.target", Targets[(int)target]);
        tags.Add("routing_data_source.reason", Reasons[(int)reason]);
        _shadow.Add(1, tags);
    }

    private static bool IsFallback(RouteReason reason) => reason is
        RouteReason.ReadYourWrites or RouteReason.NoReplica or RouteReason.ReplicasUnreachable or RouteReason.ReplicasLagging or
        RouteReason.RefusedByReplica or RouteReason.ServerLost;

    public void Rerun(RouteReason reason) => _reruns.Add(1, _name, new KeyValuePair<string, object?>("routing_data_source.reason", Reasons[(int)reason]));

    public void Refusal() => _refusals.Add(1, _name);

    public void Probe(NodeSnapshot node, TimeSpan duration)
    {
        if (_probes.Enabled)
            _probes.Record(duration.TotalSeconds, NodeTags(node));
    }

    /// <summary>A session that wrote reads from replicas again, or has ended.</summary>
    public void Pin(PinEnd end, double seconds)
    {
        if (_pins.Enabled)
        {
            var tags = NodeTags(null);
            tags.Add("routing_data_source.pin.end", PinEnds[(int)end]);
            _pins.Record(seconds, tags);
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> Observe<T>(Func<ClusterSnapshot> cluster, Func<NodeSnapshot, T?> value)
        where T : struct
    {
        foreach (var node in cluster().Nodes)
        {
            if (value(node) is { } measured)
            {
                var tags = NodeTags(node);
                tags.Add("routing_data_source.role", node.Role.ToString());
                yield return new(measured, tags);
            }
        }
    }

    private IEnumerable<Measurement<int>> Limit(int? limit) => limit is { } known ? [new(known, _name)] : [];

    // With target and reason seven: one more than eight would have the list allocate.
    private TagList NodeTags(NodeSnapshot? node)
    {
        var tags = new TagList { _name, { "db.system.name", "postgresql" } };
        if (node is not null)
        {
            tags.Add("routing_data_source.node", node.Name);
            tags.Add("server.address", node.Host);
            tags.Add("server.port", node.Port);
        }

        return tags;
    }
}

using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using ReplicaRouting.Selection;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Benchmarks.Selection;

/// <summary>What one answered probe costs beside its round trip: the conclusions, the snapshot and its preparation for choosing. No server. A cluster
/// of n nodes pays it n times a <c>ProbeInterval</c>.</summary>
[MemoryDiagnoser]
public class SnapshotBenchmarks
{
    private static readonly SelectionBounds Bounds = new(TimeSpan.FromSeconds(5), null);

    private readonly Dictionary<string, int> _weights = [];
    private ClusterMonitor _monitor = null!;
    private ReadTable? _table;

    [Params(3, 8, 32)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void SetUp() => _monitor = new(
        [.. Enumerable.Range(0, Nodes).Select(index => new MonitoredNode($"node{index}", "host", 5432, 1, NodeRole.Unknown, _ => throw new NotSupportedException()))],
        new(),
        NullLogger.Instance,
        (_, next) => _table = ReadTable.Create(next, Bounds, _table));

    [Benchmark(Description = "publish a snapshot")]
    public void Publish() => _monitor.SetWeights(_weights); // concludes and publishes as a probe's answer does
}

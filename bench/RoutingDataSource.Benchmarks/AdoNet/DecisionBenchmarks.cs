using BenchmarkDotNet.Attributes;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.Benchmarks.AdoNet;

/// <summary>What routing itself costs per command: nothing is sent.</summary>
public class DecisionBenchmarks
{
    private const string Read = "SELECT id, item, amount FROM orders WHERE id = $1";
    private const string Write = "UPDATE orders SET amount = $1 WHERE id = $2";

    private RoutingDataSource _source = null!;
    private RoutingConnection _connection = null!;
    private RoutingConnection _sticky = null!;
    private StatementClass _read;
    private StatementClass _write;

    [GlobalSetup]
    public void SetUp()
    {
        _source = BenchmarkCluster.CreateRouted();
        _connection = _source.OpenConnection();
        _sticky = _source.OpenConnection();
        using var command = new RoutingCommand("SELECT 1", _sticky);
        command.ExecuteScalar();
        _read = _source.Classify(Read);
        _write = _source.Classify(Write);
        if (Decide().Target != RouteTarget.Replica || DecideSticky().Target != RouteTarget.Replica || DecideWrite().Target != RouteTarget.Primary)
            throw new InvalidOperationException("The decisions to be measured are not the expected ones.");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _connection.Dispose();
        _sticky.Dispose();
        _source.Dispose();
    }

    [Benchmark(Description = "decide: first read of a connection")]
    public int DecideRead() => Decide().Node;

    [Benchmark(Description = "decide: later read, the connection stays with its replica")]
    public int DecideStickyRead() => DecideSticky().Node;

    [Benchmark(Description = "decide: write")]
    public int DecideAWrite() => DecideWrite().Node;

    [Benchmark(Description = "classify: text seen before (cache)")]
    public bool ClassifyCached() => _source.Classify(Read).IsReadOnly;

    private RouteDecision Decide() => _connection.Decide(Read, _read);

    private RouteDecision DecideSticky() => _sticky.Decide(Read, _read);

    private RouteDecision DecideWrite() => _connection.Decide(Write, _write);
}

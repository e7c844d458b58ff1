using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Npgsql;
using ReplicaRouting.Benchmarks.AdoNet;

namespace ReplicaRouting.Benchmarks.Allocation;

/// <summary>Every way to use ADO.NET, with plain Npgsql (the baseline) and routed: opening and closing, commands, batches, Dapper and EF Core,
/// sync and async.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class PatternBenchmarks
{
    private static readonly Patterns All = new(Patterns.AtOnce);

    private NpgsqlDataSource _plain = null!;
    private RoutingDataSource _routed = null!;
    private Func<Task> _plainCall = null!;
    private Func<Task> _routedCall = null!;

    public static IEnumerable<string> Names => All.All.Select(pattern => pattern.Name);

    [ParamsSource(nameof(Names))]
    public string Pattern { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        _plain = BenchmarkCluster.CreatePlain();
        _routed = BenchmarkCluster.CreateRouted();
        Customers.CreateAsync(_plain).GetAwaiter().GetResult();
        var pattern = All.All.Single(each => each.Name == Pattern);
        (_plainCall, _routedCall) = (pattern.Start(_plain), pattern.Start(_routed));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _plain.Dispose();
        _routed.Dispose();
    }

    [Benchmark(Description = "Npgsql", Baseline = true)]
    public Task Plain() => _plainCall();

    [Benchmark(Description = "routed")]
    public Task Routed() => _routedCall();
}

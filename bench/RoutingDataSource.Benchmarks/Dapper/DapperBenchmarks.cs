using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using global::Dapper;
using Npgsql;
using ReplicaRouting.Benchmarks.AdoNet;

namespace ReplicaRouting.Benchmarks.Dapper;

/// <summary>Dapper's <c>Query&lt;T&gt;</c> from a standby, with plain Npgsql (the baseline) and routed: a connection per query, as Dapper's users write it.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class DapperBenchmarks
{
    private const string Sql = "SELECT g AS id, 'name ' || g AS name FROM pg_catalog.generate_series(1, @rows) AS g";

    private NpgsqlDataSource _plain = null!;
    private RoutingDataSource _routed = null!;

    [Params(1, 100)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _plain = BenchmarkCluster.CreatePlain();
        _routed = BenchmarkCluster.CreateRouted();
        if (_routed.Explain(Sql).Route.Target != RouteTarget.Replica || Routed() != Rows || Plain() != Rows)
            throw new InvalidOperationException($"The read to be measured goes to {_routed.Explain(Sql).Route}.");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _plain.Dispose();
        _routed.Dispose();
    }

    [Benchmark(Description = "Query<T>: Npgsql", Baseline = true)]
    public int Plain()
    {
        using var connection = _plain.CreateConnection();
        return connection.Query<Row>(Sql, new { rows = Rows }).AsList().Count;
    }

    [Benchmark(Description = "Query<T>: routed")]
    public int Routed()
    {
        using var connection = _routed.CreateConnection();
        return connection.Query<Row>(Sql, new { rows = Rows }).AsList().Count;
    }

    private sealed record Row(int Id, string Name);
}

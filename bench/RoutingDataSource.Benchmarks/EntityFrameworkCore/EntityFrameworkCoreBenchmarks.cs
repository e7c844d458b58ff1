using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ReplicaRouting.Benchmarks.AdoNet;

namespace ReplicaRouting.Benchmarks.EntityFrameworkCore;

/// <summary>EF Core with pooled contexts over plain Npgsql (the baseline: the standby for reads, the primary for writes) and over routing.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class EntityFrameworkCoreBenchmarks
{
    private const int Rows = 100;

    private NpgsqlDataSource _standby = null!;
    private RoutingDataSource _routed = null!;
    private PooledDbContextFactory<BenchmarkContext> _plainReads = null!;
    private PooledDbContextFactory<BenchmarkContext> _plainWrites = null!;
    private PooledDbContextFactory<BenchmarkContext> _routing = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _standby = BenchmarkCluster.CreatePlain();
        _routed = BenchmarkCluster.CreateRouted();
        _routing = new(new DbContextOptionsBuilder<BenchmarkContext>().UseRoutingNpgsql(_routed).Options);
        _plainReads = new(new DbContextOptionsBuilder<BenchmarkContext>().UseNpgsql(_standby).Options);
        _plainWrites = new(new DbContextOptionsBuilder<BenchmarkContext>().UseNpgsql(_routed.PrimaryDataSource).Options);
        // Not over routing: contexts go back to their pool, and one that has written would read from the primary for a while.
        using (var context = _plainWrites.CreateDbContext())
        {
            context.Database.ExecuteSqlRaw("DROP TABLE IF EXISTS \"Customers\"");
            context.GetService<IRelationalDatabaseCreator>().CreateTables();
            context.AddRange(Enumerable.Range(0, Rows).Select(i => new Customer { Name = $"customer {i}" }));
            context.SaveChanges();
        }

        while (!HasStandbyRows())
            Thread.Yield();
        using var fresh = _routing.CreateDbContext();
        if (TrackedRouted() != Rows || _routed.Explain(fresh.Customers.ToQueryString()).Route.Target != RouteTarget.Replica)
            throw new InvalidOperationException("The read to be measured does not go to a replica.");
    }

    private bool HasStandbyRows()
    {
        try
        {
            return Tracked(_plainReads) == Rows;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return false; // not replayed yet
        }
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _standby.Dispose();
        _routed.Dispose();
    }

    [Benchmark(Description = "tracked query of 100 rows: Npgsql", Baseline = true), BenchmarkCategory("1 tracked")]
    public int TrackedPlain() => Tracked(_plainReads);

    [Benchmark(Description = "tracked query of 100 rows: routed"), BenchmarkCategory("1 tracked")]
    public int TrackedRouted() => Tracked(_routing);

    [Benchmark(Description = "untracked query of 100 rows: Npgsql", Baseline = true), BenchmarkCategory("2 untracked")]
    public int UntrackedPlain() => Untracked(_plainReads);

    [Benchmark(Description = "untracked query of 100 rows: routed"), BenchmarkCategory("2 untracked")]
    public int UntrackedRouted() => Untracked(_routing);

    [Benchmark(Description = "SaveChanges of 100 rows: Npgsql", Baseline = true), BenchmarkCategory("3 SaveChanges")]
    public int SavePlain() => Save(_plainWrites);

    [Benchmark(Description = "SaveChanges of 100 rows: routed"), BenchmarkCategory("3 SaveChanges")]
    public int SaveRouted() => Save(_routing);

    private static int Tracked(PooledDbContextFactory<BenchmarkContext> factory)
    {
        using var context = factory.CreateDbContext();
        return context.Customers.OrderBy(c => c.Id).Take(Rows).ToList().Count;
    }

    private static int Untracked(PooledDbContextFactory<BenchmarkContext> factory)
    {
        using var context = factory.CreateDbContext();
        return context.Customers.AsNoTracking().OrderBy(c => c.Id).Take(Rows).ToList().Count;
    }

    private static int Save(PooledDbContextFactory<BenchmarkContext> factory)
    {
        using var context = factory.CreateDbContext();
        for (var i = 1; i <= Rows; i++)
        {
            var customer = new Customer { Id = i, Name = "", Visits = Environment.TickCount };
            context.Attach(customer).Property(c => c.Visits).IsModified = true;
        }

        return context.SaveChanges();
    }
}

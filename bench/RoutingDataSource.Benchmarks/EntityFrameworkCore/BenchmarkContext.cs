using Microsoft.EntityFrameworkCore;

namespace ReplicaRouting.Benchmarks.EntityFrameworkCore;

/// <summary>The context of the benchmarks.</summary>
public sealed class BenchmarkContext(DbContextOptions<BenchmarkContext> options) : DbContext(options)
{
    public DbSet<Customer> Customers => Set<Customer>();
}

namespace ReplicaRouting.Benchmarks.EntityFrameworkCore;

/// <summary>A row of the table that the benchmarks read and write.</summary>
public sealed class Customer
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public int Visits { get; set; }
}

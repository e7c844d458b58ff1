using Microsoft.EntityFrameworkCore;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>A model with what the provider does in its own way: HiLo, an enum type, arrays, jsonb, ranges, xmin as a concurrency token.</summary>
public sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    public DbSet<Part> Parts => Set<Part>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasSequence("item_hilo").IncrementsBy(10);
        modelBuilder.Entity<Item>(item =>
        {
            item.Property(i => i.Id).UseHiLo("item_hilo");
            item.HasIndex(i => i.Name).IsUnique();
            item.Property(i => i.Version).IsRowVersion();
            item.OwnsOne(i => i.Details, details => details.ToJson());
            item.HasMany(i => i.Parts).WithOne().HasForeignKey(p => p.ItemId);
        });
    }
}

using Microsoft.EntityFrameworkCore;

namespace ReplicaRouting.Quickstart.Shop;

/// <summary>An ordinary EF Core context: that the data source routes shows nowhere but in <c>UseNpgsql</c>.</summary>
internal sealed class ShopContext(RoutingDataSource dataSource, RouteInterceptor routes) : DbContext
{
    public DbSet<Order> Orders => Set<Order>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.UseNpgsql(dataSource).AddInterceptors(routes);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.Entity<Order>(order =>
    {
        order.ToTable("orders");
        order.Property(o => o.Id).HasColumnName("id").UseIdentityAlwaysColumn();
        order.Property(o => o.Item).HasColumnName("item");
        order.Property(o => o.Amount).HasColumnName("amount");
    });
}

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>The same database twice: one for plain Npgsql, one routed.</summary>
public sealed class ShopDatabases(ClusterFixture cluster) : IAsyncLifetime
{
    public ShopDatabase Plain { get; } = ShopDatabase.Create(cluster.ConnectionString, isRouted: false);

    public ShopDatabase Routed { get; } = ShopDatabase.Create(cluster.ConnectionString, isRouted: true);

    public async Task InitializeAsync()
    {
        foreach (var database in (ShopDatabase[])[Plain, Routed])
        {
            await using var context = database.Open();
            Assert.True(await context.Database.EnsureCreatedAsync());
            for (var i = 0; i < 5; i++)
            {
                context.Add(new Item
                {
                    Name = $"seed{i}",
                    Amount = i,
                    Mood = i % 2 == 0 ? Mood.Happy : Mood.Sad,
                    Tags = [$"tag{i}", "all"],
                    Details = { Colour = $"colour{i}", Depth = i },
                    Parts = { new() { Name = $"part{i}a" }, new() { Name = $"part{i}b" } },
                });
            }

            await context.SaveChangesAsync();
        }
    }

    public async Task DisposeAsync()
    {
        await Plain.DisposeAsync();
        await Routed.DisposeAsync();
    }
}

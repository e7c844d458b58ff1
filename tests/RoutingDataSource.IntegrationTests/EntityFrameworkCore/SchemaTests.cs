using Microsoft.EntityFrameworkCore;
using Npgsql;
using ReplicaRouting.IntegrationTests.Testing;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>Databases are created, migrated and dropped as over plain Npgsql, on the primary alone.</summary>
[Collection(ClusterTests.Name)]
public sealed class SchemaTests(ClusterFixture cluster)
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task EnsureCreatedAndDeleted_OnMissingDatabase_AnswerAsOverNpgsql(bool isRouted, bool isAsync)
    {
        await using var shop = Create(isRouted);
        await using var context = shop.Open();
        var database = context.Database;
        var answers = new List<bool>();
        for (var round = 0; round < 2; round++)
        {
            answers.Add(isAsync ? await database.CanConnectAsync() : database.CanConnect());
            answers.Add(isAsync ? await database.EnsureCreatedAsync() : database.EnsureCreated());
            answers.Add(isAsync ? await database.EnsureCreatedAsync() : database.EnsureCreated());
            answers.Add(isAsync ? await database.CanConnectAsync() : database.CanConnect());
            context.Add(new Item { Name = $"round{round}", Mood = Mood.Happy });
            await context.SaveChangesAsync();
            answers.Add(await context.Items.AnyAsync(i => i.Mood == Mood.Happy));
            answers.Add(isAsync ? await database.EnsureDeletedAsync() : database.EnsureDeleted());
            answers.Add(isAsync ? await database.EnsureDeletedAsync() : database.EnsureDeleted());
        }

        bool[] once = [false, true, false, true, true, true, false];
        Assert.Equal([.. once, .. once], answers);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Migrate_OnMissingDatabase_CreatesItAndEnumsWorkAtOnce(bool isRouted, bool isAsync)
    {
        await using var shop = Create(isRouted);
        await using var context = shop.Open(npgsql => npgsql.EnableRetryOnFailure());
        if (isAsync)
            await context.Database.MigrateAsync();
        else
            context.Database.Migrate();
        context.Add(new Item { Name = "migrated", Mood = Mood.Happy });
        await context.SaveChangesAsync();

        Assert.Equal(["1_Create"], await context.Database.GetAppliedMigrationsAsync());
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        await using var other = shop.Open();
        using (RoutingSession.UsePrimary())
            Assert.Equal(Mood.Happy, (await other.Items.SingleAsync()).Mood);
    }

    [Fact]
    public async Task Migrate_WithNewEnum_CanBeReadOnReplicaAtOnce()
    {
        await using var shop = Create(isRouted: true);
        await using var context = shop.Open();
        await context.Database.MigrateAsync();

        shop.Recorder.Clear();
        await using var other = shop.Open();
        var moods = await other.Database.SqlQueryRaw<Mood>("SELECT 'happy'::mood AS \"Value\"").ToListAsync();

        Assert.Equal([Mood.Happy], moods);
        Assert.Equal(RouteTarget.Replica, shop.Recorder.Only.Target);
    }

    [Fact]
    public async Task Migrate_UpAndDownAgain_RunsEveryCommandOnThePrimary()
    {
        await using var shop = Create(isRouted: true);
        await using var context = shop.Open();
        await context.Database.MigrateAsync();
        await context.Database.MigrateAsync("0");
        shop.Recorder.Clear();

        await context.Database.MigrateAsync();

        var primary = shop.Routed!.Cluster.Primary!;
        Assert.Contains(shop.Recorder.Commands, command => command.Text.StartsWith("LOCK TABLE", StringComparison.Ordinal));
        Assert.Contains(shop.Recorder.Commands, command => command.Text.Contains("SELECT \"MigrationId\"", StringComparison.Ordinal));
        Assert.All(shop.Recorder.Commands, command => Assert.Equal(primary.Port, command.Port));
    }

    [Fact]
    public async Task Migrate_ThenQueryInTheSameContext_IsRoutedAgain()
    {
        await using var shop = Create(isRouted: true);
        await using var context = shop.Open();
        await context.Database.MigrateAsync();
        Assert.IsAssignableFrom<RoutingConnection>(context.Database.GetDbConnection());

        await Eventually.TrueAsync(async () =>
        {
            shop.Recorder.Clear();
            await context.Items.CountAsync();
            return shop.Recorder.Only.Target == RouteTarget.Replica;
        }, "the context reads from replicas again");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Migrate_InAnOpenTransaction_IsPartOfIt(bool isRouted)
    {
        await using var shop = Create(isRouted);
        await using var context = shop.Open();
        await context.Database.MigrateAsync();
        await context.Database.MigrateAsync("0");
        await using (await context.Database.BeginTransactionAsync())
        {
            await context.Database.MigrateAsync();
            Assert.Equal(0, await context.Items.CountAsync());
        }

        Assert.Empty(await context.Database.GetAppliedMigrationsAsync());
    }

    [Fact]
    public async Task EnsureDeleted_WithOpenRoutedConnection_SaysToCloseIt()
    {
        await using var shop = Create(isRouted: true);
        await using var context = shop.Open();
        await context.Database.EnsureCreatedAsync();
        await context.Database.OpenConnectionAsync();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Database.EnsureDeletedAsync());

        Assert.Contains("close it first", refused.Message, StringComparison.Ordinal);
        await context.Database.CloseConnectionAsync();
    }

    [Fact]
    public async Task PlainUseNpgsql_EnsureDeleted_FailsWithTheProvidersCast()
    {
        await using var shop = Create(isRouted: true);
        await using (var context = shop.Open())
            await context.Database.EnsureCreatedAsync();
        await using var plain = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(shop.Routed!, npgsql => npgsql.MapEnum<Mood>()).Options);

        await Assert.ThrowsAsync<InvalidCastException>(() => plain.Database.EnsureDeletedAsync());

        plain.Database.SetDbDataSource(shop.Routed!.PrimaryDataSource); // the way without the package
        Assert.True(await plain.Database.EnsureDeletedAsync());
    }

    [Fact]
    public async Task EnsureCreated_WithWrongPassword_FailsAsOverNpgsql()
    {
        var settings = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Username = "nobody_of_that_name", Password = "wrong" };
        await using var source = RoutingDataSource.Create(settings.ConnectionString);
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseRoutingNpgsql(source, npgsql => npgsql.MapEnum<Mood>()).Options);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => context.Database.EnsureCreatedAsync());

        Assert.StartsWith("28", refused.SqlState, StringComparison.Ordinal);
    }

    private ShopDatabase Create(bool isRouted) => ShopDatabase.Create(cluster.ConnectionString, isRouted);
}

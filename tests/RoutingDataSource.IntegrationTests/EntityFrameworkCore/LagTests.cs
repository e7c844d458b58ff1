using Microsoft.EntityFrameworkCore;
using ReplicaRouting.IntegrationTests.Testing;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>EF Core while the replicas stand still. Each test has servers of its own.</summary>
public sealed class LagTests : IAsyncLifetime
{
    private PostgresCluster _cluster = null!;
    private ShopDatabase _shop = null!;

    public async Task InitializeAsync()
    {
        _cluster = await TestPostgres.StartAsync();
        _shop = ShopDatabase.Create(_cluster.ConnectionString, isRouted: true, options =>
        {
            options.MaxReplicaLag = null; // the replicas stay eligible however far behind they are
            options.MaxPin = TimeSpan.FromMinutes(10);
        });
    }

    public async Task DisposeAsync()
    {
        await _shop.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Read_RightAfterSaveChanges_SeesTheWriteAndTheNextContextNeedNot()
    {
        await using var context = _shop.Open();
        await context.Database.EnsureCreatedAsync();
        await SetReplayAsync(isPaused: true);
        context.Add(new Item { Name = "new" });
        await context.SaveChangesAsync();
        context.ChangeTracker.Clear();
        _shop.Recorder.Clear();

        Assert.Equal(1, await context.Items.CountAsync());
        Assert.Equal(RouteReason.ReadYourWrites, _shop.Recorder.Only.Reason);

        _shop.Recorder.Clear();
        Assert.Equal(0, await context.Items.UseReplica().CountAsync()); // stale, as asked for
        Assert.Equal(RouteTarget.Replica, _shop.Recorder.Only.Target);
        await SetReplayAsync(isPaused: false);
    }

    [Fact]
    public async Task Read_AfterAWriteAndSchemaWork_SeesTheWrite()
    {
        await using var context = _shop.Open();
        await context.Database.EnsureCreatedAsync();
        await SetReplayAsync(isPaused: true);
        context.Add(new Item { Name = "new" });
        await context.SaveChangesAsync();

        Assert.True(await context.Database.CanConnectAsync()); // exchanges the context's connection object

        Assert.Equal(1, await context.Items.CountAsync());
        await SetReplayAsync(isPaused: false);
    }

    [Fact]
    public async Task EnsureDeletedAndCreated_WhileReplayIsPaused_NeverLooksAtAReplica()
    {
        await using var context = _shop.Open();
        Assert.True(await context.Database.EnsureCreatedAsync());
        await context.Items.CountAsync(); // replicas are in use
        await SetReplayAsync(isPaused: true);

        Assert.True(await context.Database.EnsureDeletedAsync());
        Assert.True(await context.Database.EnsureCreatedAsync());
        Assert.False(await context.Database.EnsureCreatedAsync());
        context.Add(new Item { Name = "first" });
        await context.SaveChangesAsync();
        Assert.Equal(1, await context.Items.CountAsync());

        await SetReplayAsync(isPaused: false);
    }

    [Fact]
    public async Task Migrate_WhileReplayIsPaused_ReturnsAndReplicasLearnTheTypesWhenTheyFollow()
    {
        await using (var before = _shop.Open())
        {
            // Replica pools know the database's types from before the enum existed.
            await before.Database.EnsureCreatedAsync();
            await before.Database.ExecuteSqlRawAsync("DROP TABLE \"Parts\", \"Items\"; DROP SEQUENCE item_hilo; DROP TYPE mood");
        }

        await _cluster.WaitForReplayAsync();
        await _shop.Routed!.ReloadTypesAsync();
        var seen = new HashSet<string?>();
        while (seen.Count < 2)
        {
            await using var command = _shop.Routed.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync();
            if (command.LastRoute is { Target: RouteTarget.Replica } route)
                seen.Add(route.Node);
        }

        await SetReplayAsync(isPaused: true);

        await using var context = _shop.Open();
        await context.Database.MigrateAsync();
        context.Add(new Item { Name = "happy", Mood = Mood.Happy });
        await context.SaveChangesAsync();
        context.ChangeTracker.Clear();
        Assert.Equal(Mood.Happy, (await context.Items.SingleAsync()).Mood);

        await SetReplayAsync(isPaused: false);
        await _cluster.WaitForReplayAsync();
        await Eventually.TrueAsync(async () =>
        {
            await using var reader = _shop.Open();
            _shop.Recorder.Clear();
            try
            {
                return (await reader.Items.SingleAsync()).Mood == Mood.Happy && _shop.Recorder.Only.Target == RouteTarget.Replica;
            }
            catch (InvalidCastException)
            {
                return false; // the replica has replayed the type, and reads its types again at the next probe
            }
        }, "the replica reads the new type");
    }

    private async Task SetReplayAsync(bool isPaused)
    {
        foreach (var replica in _cluster.Replicas)
            await (isPaused ? replica.PauseReplayAsync() : replica.ResumeReplayAsync());
    }
}

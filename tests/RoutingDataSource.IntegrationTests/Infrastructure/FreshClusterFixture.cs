using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests;

/// <summary>A primary whose commits wait until both standbys have applied them: every read may go to a replica at once and still shows
/// everything, so that what differs from plain Npgsql differs because of the route and not because of lag.</summary>
public sealed class FreshClusterFixture : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await TestPostgres.StartAsync();
        await Cluster.Primary.SetAsync("synchronous_commit", "remote_apply");
        await Cluster.Primary.SetAsync("synchronous_standby_names", "FIRST 2 (*)");
        await Cluster.Primary.WaitForAsync(
            "SELECT count(*) = 2 FROM pg_stat_replication WHERE sync_state = 'sync'", "the standbys did not become synchronous");
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

/// <summary>The collection of tests that share that cluster.</summary>
[CollectionDefinition(Name)]
public sealed class FreshClusterTests : ICollectionFixture<FreshClusterFixture>
{
    public const string Name = "fresh cluster";
}

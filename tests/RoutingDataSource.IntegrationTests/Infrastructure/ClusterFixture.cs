using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests;

/// <summary>A primary with two standbys that many tests share: the one that <c>ROUTING_TEST_CLUSTER</c> names, or one started here. Tests that
/// pause, stop or promote servers start their own with <see cref="TestPostgres.StartAsync"/>.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private PostgresCluster? _started;

    /// <summary>Gets the connection string that names all servers.</summary>
    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("ROUTING_TEST_CLUSTER") is { Length: > 0 } named)
        {
            ConnectionString = named;
            return;
        }

        _started = await TestPostgres.StartAsync();
        ConnectionString = _started.ConnectionString;
    }

    public async Task DisposeAsync()
    {
        if (_started is not null) await _started.DisposeAsync();
    }
}

using System.Globalization;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests;

/// <summary>The PostgreSQL that the tests run on: <c>ROUTING_TEST_POSTGRES</c> is a major version, <c>system</c> for the distribution's, or unset
/// for whatever is found.</summary>
public static class TestPostgres
{
    private static readonly Lazy<Task<PostgresBinaries>> _binaries = new(FindAsync);

    public static Task<PostgresBinaries> GetBinariesAsync() => _binaries.Value;

    /// <summary>Starts a cluster of the chosen version that belongs to one test, which may pause and kill what it likes.</summary>
    public static async Task<PostgresCluster> StartAsync(int replicas = 2, Action<PostgresClusterOptions>? configure = null) =>
        await PostgresCluster.StartAsync(await OptionsAsync(replicas, configure));

    public static async Task<PostgresClusterOptions> OptionsAsync(int replicas = 2, Action<PostgresClusterOptions>? configure = null)
    {
        var options = new PostgresClusterOptions { Replicas = replicas, BinaryDirectory = (await GetBinariesAsync()).Directory };
        configure?.Invoke(options);
        return options;
    }

    private static Task<PostgresBinaries> FindAsync() => Environment.GetEnvironmentVariable("ROUTING_TEST_POSTGRES") switch
    {
        null or "" => PostgresBinaries.FindAsync(),
        "system" => Task.FromResult(PostgresBinaries.FindInstalled()
            ?? throw new InvalidOperationException("ROUTING_TEST_POSTGRES=system, but neither PATH nor the distribution's folders hold PostgreSQL.")),
        var major => PostgresBinaries.FindVersionAsync(int.Parse(major, CultureInfo.InvariantCulture)),
    };
}

using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Comparison.Services;

/// <summary>HAProxy with one port for the standbys and one for the primary, as its manual has it for SQL: TCP mode, <c>leastconn</c> (recommended
/// there for long sessions), <c>pgsql-check</c>; as many threads as there are processors (its default).</summary>
internal sealed class HaProxy(Service service, int readPort, int writePort) : IAsyncDisposable
{
    public int ReadPort { get; } = readPort;

    public int WritePort { get; } = writePort;

    public static async Task<HaProxy> StartAsync(PostgresCluster cluster)
    {
        var (reads, writes) = (Service.FreePort(), Service.FreePort());
        var service = await Service.StartAsync(
            "haproxy",
            folder =>
            {
                var file = Path.Combine(folder, "haproxy.cfg");
                File.WriteAllText(
                    file,
                    $"""
                    global
                      maxconn 4000
                    defaults
                      mode tcp
                      balance leastconn
                      option pgsql-check user {cluster.Options.Username}
                      default-server inter 2s
                      timeout connect 5s
                      timeout client 1h
                      timeout server 1h
                    listen reads
                      bind 127.0.0.1:{reads}
                    {string.Concat(cluster.Replicas.Select(node => $"  server {node.Name} 127.0.0.1:{node.Port} check\n"))}
                    listen writes
                      bind 127.0.0.1:{writes}
                      server {cluster.Primary.Name} 127.0.0.1:{cluster.Primary.Port} check

                    """);
                return ["-f", file, "-db"];
            },
            "TERM",
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = "127.0.0.1", Port = reads }.ConnectionString);
        return new(service, reads, writes);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();
}

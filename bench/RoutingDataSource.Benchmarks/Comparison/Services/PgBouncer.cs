using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Comparison.Services;

/// <summary>PgBouncer in transaction mode before HAProxy: the database <c>reads</c> leads to the standbys, <c>writes</c> to the primary. Clients
/// connect with No Reset On Close, as Npgsql's manual says for this mode.</summary>
internal sealed class PgBouncer(Service service, int port) : IAsyncDisposable
{
    public const string Reads = "reads";
    public const string Writes = "writes";

    public int Port { get; } = port;

    /// <param name="cluster">The servers.</param>
    /// <param name="haProxy">What it connects to.</param>
    /// <param name="poolSize">Connections to the servers, per database.</param>
    public static async Task<PgBouncer> StartAsync(PostgresCluster cluster, HaProxy haProxy, int poolSize)
    {
        var port = Service.FreePort();
        var (user, password) = (cluster.Options.Username, cluster.Options.Password);
        var service = await Service.StartAsync(
            "pgbouncer",
            folder =>
            {
                var file = Path.Combine(folder, "pgbouncer.ini");
                File.WriteAllText(Path.Combine(folder, "users.txt"), $"\"{user}\" \"{password}\"\n");
                File.WriteAllText(
                    file,
                    $"""
                    [databases]
                    {Reads} = host=127.0.0.1 port={haProxy.ReadPort} dbname={cluster.Options.Database}
                    {Writes} = host=127.0.0.1 port={haProxy.WritePort} dbname={cluster.Options.Database}
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = {port}
                    unix_socket_dir =
                    auth_type = plain
                    auth_file = {folder}/users.txt
                    pool_mode = transaction
                    max_client_conn = 2000
                    default_pool_size = {poolSize}
                    log_connections = 0
                    log_disconnections = 0
                    ignore_startup_parameters = extra_float_digits

                    """);
                return [file];
            },
            "TERM",
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = "127.0.0.1", Port = port, Database = Reads, NoResetOnClose = true }.ConnectionString);
        return new(service, port);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();
}

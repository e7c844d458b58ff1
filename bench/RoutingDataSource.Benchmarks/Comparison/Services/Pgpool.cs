using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Comparison.Services;

/// <summary>pgpool-II in streaming replication mode, as its own manual recommends for clients with pools of their own (chapters "Performance
/// Considerations" and "Load Balancing"): a child process for every client, statement-level load balancing, serialised accept, the shared
/// relation cache, no look-ups for temporary and unlogged tables (there are none), the streaming replication and health checks of its example
/// cluster. The primary has weight 0, so that reads go to the standbys as they do with the others. The query cache stays off: what is compared is
/// the way to the servers.</summary>
internal sealed class Pgpool(Service service, int port) : IAsyncDisposable
{
    public int Port { get; } = port;

    public static async Task<Pgpool> StartAsync(PostgresCluster cluster, int clients)
    {
        var (port, control) = (Service.FreePort(), Service.FreePort());
        var (user, password) = (cluster.Options.Username, cluster.Options.Password);
        var service = await Service.StartAsync(
            "pgpool",
            folder =>
            {
                string Write(string name, string text)
                {
                    var file = Path.Combine(folder, name);
                    File.WriteAllText(file, text);
                    return file;
                }

                var backends = cluster.Nodes.Select((node, index) => $"""
                    backend_hostname{index} = '127.0.0.1'
                    backend_port{index} = {node.Port}
                    backend_weight{index} = {(node == cluster.Primary ? 0 : 1)}
                    backend_flag{index} = 'ALLOW_TO_FAILOVER'
                    backend_application_name{index} = '{node.Name}'
                    """);
                var configuration = Write(
                    "pgpool.conf",
                    $"""
                    backend_clustering_mode = 'streaming_replication'
                    listen_addresses = '127.0.0.1'
                    port = {port}
                    socket_dir = '{folder}'
                    pcp_listen_addresses = '127.0.0.1'
                    pcp_port = {control}
                    pcp_socket_dir = '{folder}'
                    wd_ipc_socket_dir = '{folder}'
                    pid_file_name = '{folder}/pgpool.pid'
                    logdir = '{folder}'
                    {string.Join('\n', backends)}
                    enable_pool_hba = off
                    pool_passwd = 'pool_passwd'
                    allow_clear_text_frontend_auth = on
                    num_init_children = {clients}
                    max_pool = 1
                    child_life_time = 0
                    serialize_accept = on
                    connection_cache = on
                    load_balance_mode = on
                    statement_level_load_balance = on
                    disable_load_balance_on_write = 'transaction'
                    check_temp_table = none
                    check_unlogged_table = off
                    enable_shared_relcache = on
                    memory_cache_enabled = off
                    log_min_messages = warning
                    sr_check_period = 10
                    sr_check_user = '{user}'
                    sr_check_password = '{password}'
                    delay_threshold = 10000000
                    health_check_period = 5
                    health_check_timeout = 30
                    health_check_max_retries = 3
                    health_check_user = '{user}'
                    health_check_password = '{password}'

                    """);
                Write("pool_passwd", $"{user}:TEXT{password}\n");
                return ["-n", "-f", configuration, "-F", Write("pcp.conf", ""), "-a", Write("pool_hba.conf", "")];
            },
            "INT",
            new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = "127.0.0.1", Port = port }.ConnectionString);
        return new(service, port);
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();
}

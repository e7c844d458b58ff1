using System.Globalization;
using System.Text;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.MessageServer;

/// <summary>PgBouncer in transaction mode, with a database for the primary and one for each standby.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    public const string PrimaryDatabase = "messages_primary";

    private readonly PoolerProcess _process;

    private PgBouncer(PoolerProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static string ReplicaDatabase(int index) => string.Create(CultureInfo.InvariantCulture, $"messages_replica{index + 1}");

    public static async Task<PgBouncer> StartAsync(PostgresNode primary, IReadOnlyList<int> replicaPorts)
    {
        var settings = new NpgsqlConnectionStringBuilder(primary.ConnectionString);
        var port = Site.FreePort();
        var config = new StringBuilder("[databases]\n").AppendLine(Database(PrimaryDatabase, primary.Port));
        for (var i = 0; i < replicaPorts.Count; i++)
            config.AppendLine(Database(ReplicaDatabase(i), replicaPorts[i]));
        config.Append(CultureInfo.InvariantCulture, $$"""
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {{port}}
            unix_socket_dir =
            auth_type = plain
            auth_file = {folder}/users.txt
            pool_mode = transaction
            default_pool_size = 10
            ignore_startup_parameters = extra_float_digits
            server_login_retry = 1
            server_connect_timeout = 2

            """);
        var process = PoolerProcess.Start(
            "pgbouncer",
            new Dictionary<string, string> { ["pgbouncer.ini"] = config.ToString(), ["users.txt"] = $"\"{settings.Username}\" \"{settings.Password}\"\n" },
            "pgbouncer.ini");
        settings.Port = port;
        settings.Database = PrimaryDatabase;
        settings.Pooling = false;
        try
        {
            await process.UntilAsync(() => AnswersAsync(settings.ConnectionString), "PgBouncer");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        return new(process, port);

        string Database(string name, int serverPort) => string.Create(
            CultureInfo.InvariantCulture, $"{name} = host=127.0.0.1 port={serverPort} dbname={settings.Database} user={settings.Username} password='{settings.Password}'");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> AnswersAsync(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}

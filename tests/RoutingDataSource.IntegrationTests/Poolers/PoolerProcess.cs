using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Poolers;

/// <summary>A PgBouncer or a HAProxy of a test, on loopback in front of one server. Ends with the test.</summary>
internal sealed class PoolerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private PoolerProcess(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        Port = port;
    }

    public int Port { get; }

    public static string? Find(string program) =>
        new[] { "/usr/sbin", "/usr/bin", "/usr/local/bin" }.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>PgBouncer in transaction mode.</summary>
    public static Task<PoolerProcess> StartPgBouncerAsync(PostgresNode node)
    {
        var settings = new NpgsqlConnectionStringBuilder(node.ConnectionString);
        return StartAsync(
            "pgbouncer",
            (folder, port) =>
            {
                File.WriteAllText(Path.Combine(folder, "users.txt"), $"\"{settings.Username}\" \"{settings.Password}\"\n");
                return $"""
                    [databases]
                    * = host=127.0.0.1 port={node.Port} user={settings.Username} password='{settings.Password}'
                    [pgbouncer]
                    listen_addr = 127.0.0.1
                    listen_port = {port}
                    unix_socket_dir =
                    auth_type = plain
                    auth_file = {folder}/users.txt
                    pool_mode = transaction
                    default_pool_size = 3
                    ignore_startup_parameters = extra_float_digits
                    """;
            },
            config => [config],
            settings);
    }

    /// <summary>HAProxy as a plain TCP proxy.</summary>
    public static Task<PoolerProcess> StartHaProxyAsync(PostgresNode node) => StartAsync(
        "haproxy",
        (_, port) => $"""
            defaults
              mode tcp
              timeout connect 2s
              timeout client 1h
              timeout server 1h
            listen postgres
              bind 127.0.0.1:{port}
              server node 127.0.0.1:{node.Port} check inter 200ms

            """,
        config => ["-f", config, "-db"],
        new(node.ConnectionString));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<PoolerProcess> StartAsync(
        string program, Func<string, int, string> write, Func<string, string[]> arguments, NpgsqlConnectionStringBuilder settings)
    {
        var folder = Directory.CreateTempSubdirectory("routing-pooler-").FullName;
        var port = FreePort();
        var config = Path.Combine(folder, program + ".conf");
        File.WriteAllText(config, write(folder, port));
        var start = new ProcessStartInfo(Find(program) ?? throw new InvalidOperationException($"{program} is not installed: apt-get install {program}"));
        foreach (var argument in arguments(config))
            start.ArgumentList.Add(argument);
        start.WorkingDirectory = folder; // ours may be closed to the other user
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        if (Environment.UserName == "root")
        {
            // PgBouncer refuses to run as root.
            start.UserName = "postgres";
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
            foreach (var file in Directory.GetFiles(folder))
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        }

        var pooler = new PoolerProcess(Process.Start(start)!, folder, port);
        pooler._process.OutputDataReceived += (_, _) => { };
        pooler._process.ErrorDataReceived += (_, _) => { };
        pooler._process.BeginOutputReadLine();
        pooler._process.BeginErrorReadLine();
        settings.Port = port;
        settings.Host = "127.0.0.1";
        settings.Pooling = false;
        await Until.TrueAsync(
            async () =>
            {
                Assert.False(pooler._process.HasExited, $"{program} ended at once");
                try
                {
                    await using var connection = new NpgsqlConnection(settings.ConnectionString);
                    await connection.OpenAsync();
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            $"{program} to answer");
        return pooler;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

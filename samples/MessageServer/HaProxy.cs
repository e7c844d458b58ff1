using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ReplicaRouting.Testing;

namespace ReplicaRouting.MessageServer;

/// <summary>HAProxy as a TCP proxy with a listener for each server, here the standbys. It checks them, and closes what is open to one that is down.</summary>
internal sealed class HaProxy : IAsyncDisposable
{
    private readonly PoolerProcess _process;

    private HaProxy(PoolerProcess process, int[] ports)
    {
        _process = process;
        Ports = ports;
    }

    public IReadOnlyList<int> Ports { get; }

    public static async Task<HaProxy> StartAsync(IReadOnlyList<PostgresNode> servers)
    {
        var ports = servers.Select(_ => Site.FreePort()).ToArray();
        var config = new StringBuilder("""
            global
              stats socket {folder}/admin.sock mode 660 level admin
            defaults
              mode tcp
              timeout connect 2s
              timeout client 1h
              timeout server 1h

            """);
        for (var i = 0; i < ports.Length; i++)
        {
            config.Append(CultureInfo.InvariantCulture, $"""
                listen server{i + 1}
                  bind 127.0.0.1:{ports[i]}
                  server node 127.0.0.1:{servers[i].Port} check inter 200ms on-marked-down shutdown-sessions

                """);
        }

        var process = PoolerProcess.Start("haproxy", new Dictionary<string, string> { ["haproxy.cfg"] = config.ToString() }, "-f", "haproxy.cfg", "-db");
        try
        {
            foreach (var port in ports)
                await process.UntilAsync(() => ListensAsync(port), "HAProxy");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        return new(process, ports);
    }

    /// <summary>Takes a server out, or back in, as an operator would.</summary>
    public async Task SetAsync(int index, bool isUp)
    {
        var server = string.Create(CultureInfo.InvariantCulture, $"server{index + 1}/node");
        await TellAsync($"set server {server} state {(isUp ? "ready" : "maint")}");
        if (!isUp)
            await TellAsync($"shutdown sessions server {server}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task TellAsync(string command)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_process.Folder, "admin.sock")));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\n"));
        using var reader = new StreamReader(stream);
        if ((await reader.ReadToEndAsync()).Trim() is { Length: > 0 } answer)
            throw new InvalidOperationException($"HAProxy refused '{command}': {answer}");
    }

    private static async Task<bool> ListensAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

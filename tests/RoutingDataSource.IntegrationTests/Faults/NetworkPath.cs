using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using ReplicaRouting.MessageServer;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>A way to a server through a network namespace of its own, which can be cut: packets are dropped then in both directions, and nobody is told
/// (no RST, no ICMP). A proxy listens in the namespace and passes everything on to the server.</summary>
/// <remarks>One shell makes everything and removes it when its input ends, be it by dispose or because this process is gone, kill -9 included.</remarks>
internal sealed class NetworkPath : IAsyncDisposable
{
    // Dropping: the namespace has no way back to us but a blackhole, and with rp_filter=1 it takes no packets from whom it has no way back to.
    private const string Script = """
        name=$1 ours=$2 theirs=$3 config=$4
        trap '' HUP INT QUIT TERM PIPE
        proxy=
        clean() {
            [ -z "$proxy" ] || kill -KILL "$proxy"
            ip netns del "$name"
            ip link del "$name"
            rm -f "$config"
        }
        make() {
            ip netns add "$name" &&
            ip link add "$name" type veth peer name p0 netns "$name" &&
            ip addr add "$ours/30" dev "$name" && ip link set "$name" up &&
            ip -n "$name" addr add "$theirs/30" dev p0 && ip -n "$name" link set p0 up &&
            ip netns exec "$name" sh -c 'for which in all p0; do echo 1 >/proc/sys/net/ipv4/conf/$which/rp_filter || exit 1; done'
        }
        if ! make; then clean 2>/dev/null; exit 1; fi
        haproxy -f "$config" -db >/dev/null 2>&1 & proxy=$!
        echo made
        while read -r line; do
            case $line in
            cut) ip -n "$name" route add blackhole "$ours/32" && echo cut ;;
            mend) ip -n "$name" route del blackhole "$ours/32" && echo mended ;;
            esac
        done
        clean >/dev/null 2>&1
        """;

    private static readonly Lazy<string?> WhyNotHere = new(Try);

    private readonly Process _shell;

    private NetworkPath(Process shell, string name, string host, int port)
    {
        _shell = shell;
        Name = name;
        Host = host;
        Port = port;
    }

    /// <summary>Gets why this machine does not allow it; <see langword="null"/> when it does.</summary>
    public static string? WhyNot => WhyNotHere.Value;

    /// <summary>Gets the name of the namespace and of our end of the link to it.</summary>
    public string Name { get; }

    /// <summary>Gets the address in the namespace.</summary>
    public string Host { get; }

    /// <summary>Gets the port in the namespace: the same as the server's.</summary>
    public int Port { get; }

    public static async Task<NetworkPath> StartAsync(int port)
    {
        var (name, net) = ($"rt{Guid.NewGuid():N}"[..12], Random.Shared.Next(1, 1 << 14));
        // 198.18.0.0/15 is set aside for tests of networks (RFC 2544).
        string Address(int last) => string.Create(CultureInfo.InvariantCulture, $"198.18.{(net * 4) >> 8}.{((net * 4) & 255) + last}");
        var config = Path.Combine(Path.GetTempPath(), name + ".cfg");
        await File.WriteAllTextAsync(config, $"""
            defaults
              mode tcp
              timeout connect 2s
              timeout client 1h
              timeout server 1h
            listen server
              bind {Address(2)}:{port} namespace {name}
              server it 127.0.0.1:{port}

            """);
        var shell = Shell(name, Address(1), Address(2), config);
        if (await shell.StandardOutput.ReadLineAsync() != "made")
            throw new InvalidOperationException($"The namespace {name} could not be made: {await shell.StandardError.ReadToEndAsync()}");
        await Until.TrueAsync(() => IsListeningAsync(Address(2), port), "the proxy to listen");
        return new(shell, name, Address(2), port);
    }

    /// <summary>Drops everything from now on.</summary>
    public Task CutAsync() => TellAsync("cut", "cut");

    /// <summary>Lets everything through again.</summary>
    public Task MendAsync() => TellAsync("mend", "mended");

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private async Task TellAsync(string what, string answer)
    {
        await _shell.StandardInput.WriteLineAsync(what);
        await _shell.StandardInput.FlushAsync();
        Assert.Equal(answer, await _shell.StandardOutput.ReadLineAsync());
    }

    private static async Task<bool> IsListeningAsync(string host, int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Process Shell(params string[] arguments)
    {
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", Script, "routing-network", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return "network namespaces need root on Linux";
        if (PoolerProcess.Find("ip") is null)
            return "ip is not installed: apt-get install iproute2";
        if (PoolerProcess.Find("haproxy") is null)
            return "haproxy is not installed";
        try
        {
            var path = StartAsync(port: 1).GetAwaiter().GetResult();
            path.CutAsync().GetAwaiter().GetResult();
            path.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or Xunit.Sdk.XunitException)
        {
            return "this machine allows no network namespaces: " + error.Message;
        }
    }
}

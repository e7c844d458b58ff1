using System.Net;
using System.Net.Sockets;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>Servers that are reached by a Unix-domain socket, or by IPv6.</summary>
public sealed class SocketTests
{
    [Fact]
    public Task Servers_ByUnixSocket_AreRoutedToAndLeftWhenFrozen() => UseAsync(isUnix: true);

    [IPv6Fact]
    public Task Servers_ByIPv6_AreRoutedToAndLeftWhenFrozen() => UseAsync(isUnix: false);

    private static async Task UseAsync(bool isUnix)
    {
        var folder = Directory.CreateTempSubdirectory("pg").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        try
        {
            await using var cluster = await TestPostgres.StartAsync(2, options =>
            {
                options.Settings["unix_socket_directories"] = folder;
                options.Settings["listen_addresses"] = "127.0.0.1,::1";
            });
            await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
            await cluster.WaitForReplayAsync();
            var settings = new RoutingConnectionStringBuilder(cluster.ConnectionString + Routing.Patient);
            settings["Host"] = string.Join(',', cluster.Nodes.Select(node => isUnix ? folder : $"[::1]:{node.Port}"));
            if (isUnix)
                settings["Port"] = string.Join(',', cluster.Nodes.Select(node => node.Port));
            await using var source = RoutingDataSource.Create(settings.ConnectionString);
            await source.WaitUntilWellAsync();
            Assert.Equal(RouteTarget.Primary, (await source.RunAsync("INSERT INTO t VALUES (1)")).Route.Target);

            await using var connection = await source.OpenConnectionAsync();
            var first = (await connection.RunAsync("SELECT 1")).Route.Node;
            var frozen = cluster.Replicas.Single(node => first!.EndsWith($":{node.Port}", StringComparison.Ordinal));
            await frozen.FreezeAsync();
            var (value, route) = await connection.RunAsync("SELECT 2"); // only a severed link ends it before a minute
            Assert.Equal((2, true), ((int)value!, route.WasRerun));
            await frozen.ThawAsync();
            await frozen.KillAsync();
            await Until.TrueAsync(() => source.Cluster.Nodes.Any(node => node is { IsReachable: false, Failures: > 1 }), "the loss to be seen");
            for (var i = 0; i < 10; i++)
                Assert.NotEqual(first, (await source.RunAsync("SELECT 3")).Route.Node);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class IPv6FactAttribute : FactAttribute
    {
        public IPv6FactAttribute()
        {
            try
            {
                using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
                listener.Start();
            }
            catch (SocketException)
            {
                Skip = "this machine has no ::1";
            }
        }
    }
}

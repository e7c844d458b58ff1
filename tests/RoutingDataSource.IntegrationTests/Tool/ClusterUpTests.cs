using System.Diagnostics;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.Tool;

public sealed class ClusterUpTests
{
    [Fact]
    public async Task ClusterUp_UntilTerminated_ServesAndThenLeavesNothing()
    {
        var parent = Directory.CreateTempSubdirectory("routing-tool-").FullName;
        File.SetUnixFileMode(parent, (UnixFileMode)0b111_101_101);
        try
        {
            var start = ToolRun.Describe("cluster", "up", "--replicas", "1", "--database", "shop");
            start.Environment["TMPDIR"] = parent;
            start.Environment["POSTGRES_BIN"] = (await TestPostgres.GetBinariesAsync()).Directory;
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var connectionString = await process.StandardOutput.ReadLineAsync();
            Assert.NotNull(connectionString);

            await using (var source = RoutingDataSource.Create(connectionString))
            {
                await source.WaitUntilWellAsync();
                Assert.Equal(("shop", RouteTarget.Replica), (await source.RunAsync("SELECT current_database()")) is var (name, route) ? ((string)name!, route.Target) : default);
            }

            Assert.NotEmpty(Directory.GetFileSystemEntries(parent));
            Assert.Equal(0, Signals.Terminate(process.Id));
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
            Assert.Equal("", await process.StandardOutput.ReadToEndAsync());
            Assert.EndsWith("Everything is removed.\n", await error, StringComparison.Ordinal);
            Assert.DoesNotContain(Directory.GetDirectories(parent), folder => Path.GetFileName(folder).StartsWith("routing-postgres-", StringComparison.Ordinal));
            var port = int.Parse(new NpgsqlConnectionStringBuilder(connectionString).Host!.Split(',')[0].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
            using var probe = new System.Net.Sockets.TcpClient();
            await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => probe.ConnectAsync("127.0.0.1", port));
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }
}

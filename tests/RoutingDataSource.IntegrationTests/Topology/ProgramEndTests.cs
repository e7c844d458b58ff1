using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Topology;

/// <summary>A data source that nobody disposes keeps no process alive.</summary>
public sealed class ProgramEndTests
{
    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    [InlineData("frozen")] // a probe hangs while the program ends
    public async Task Main_WithTheDataSourceLeftOpen_EndsTheProcess(string how)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        var host = BuiltProject.File("tests/RoutingDataSource.ClusterHost", "RoutingDataSource.ClusterHost.dll");
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [host, "read", how, cluster.Primary.ConnectionString, cluster.Replicas[0].ConnectionString])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            Assert.Equal("1", await process.StandardOutput.ReadLineAsync());
            if (how == "frozen")
            {
                await cluster.Replicas[0].FreezeAsync();
                await process.StandardInput.WriteLineAsync();
            }

            Assert.Equal("end of Main", await process.StandardOutput.ReadLineAsync());
            using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(30)); // what would hold it would hold it for an hour
            await process.WaitForExitAsync(longest.Token);
            Assert.Equal(0, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}

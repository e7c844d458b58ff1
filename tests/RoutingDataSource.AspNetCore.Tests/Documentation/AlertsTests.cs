using System.Diagnostics;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.Documentation;

/// <summary>Prometheus' own opinion of the alert rules.</summary>
public sealed class AlertsTests
{
    [PromtoolFact]
    public async Task Rules_WithMadeUpSeries_FireForTheDataSourceInTroubleOnly()
    {
        var file = Path.Combine(Repository.Root, "tests", "RoutingDataSource.AspNetCore.Tests", "Documentation", "alerts.tests.yml");
        var start = new ProcessStartInfo(PromtoolFactAttribute.Find()!, ["test", "rules", file]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await error);
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ReplicaRouting.Tests.DependencyInjection;

public sealed class ConfigurationTests
{
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Routing:Primary"] = "Host=p;Password=hunter2",
        ["Routing:Replicas:0:ConnectionString"] = "Host=r0",
        ["Routing:Replicas:0:Weight"] = "3",
        ["Routing:Replicas:0:Name"] = "first",
        ["Routing:Replicas:1"] = "Host=r1",
        ["Routing:MaxReplicaLag"] = "00:00:02",
        ["Routing:MaxPin"] = "9s",
        ["Routing:WriteFunctions:0"] = "audit",
        ["Routing:WriteFunctions:1"] = "app.*",
    };

    [Fact]
    public void Section_WithNodesAndOptions_IsRead()
    {
        using var services = Build(Good, out _, out _);
        var source = services.GetRequiredService<RoutingDataSource>();

        Assert.Equal(["p:5432=1", "first=3", "r1:5432=1"], source.Cluster.Nodes.Select(node => $"{node.Name}={node.Weight}"));
        Assert.Equal(TimeSpan.FromSeconds(2), source.Options.MaxReplicaLag);
        Assert.Equal(TimeSpan.FromSeconds(9), source.Options.MaxPin);
        Assert.Equal(["audit", "app.*"], source.Options.WriteFunctions);
    }

    [Fact]
    public void Section_WithOneConnectionString_IsRead()
    {
        using var services = Build(new() { ["Routing:ConnectionString"] = "Host=a,b;Weights=0,2;Max Pin=3s", ["Routing:Mode"] = "PrimaryOnly" }, out _, out _);
        var source = services.GetRequiredService<RoutingDataSource>();

        Assert.Equal(["a:5432=0", "b:5432=2"], source.Cluster.Nodes.Select(node => $"{node.Name}={node.Weight}"));
        Assert.Equal((RoutingMode.PrimaryOnly, TimeSpan.FromSeconds(3)), (source.Options.Mode, source.Options.MaxPin));
    }

    [Fact]
    public void Section_WithEverythingWrong_ListsEveryProblemWithItsValueButNoSecret()
    {
        using var services = Build(
            new()
            {
                ["Routing:Primary"] = "",
                ["Routing:Primry"] = "Host=p;Password=hunter2",
                ["Routing:ConnectionString"] = "Host=c",
                ["Routing:Replicas:0:ConnectionString"] = "Host=r0;Password=hunter3",
                ["Routing:Replicas:0:Weight"] = "much",
                ["Routing:Replicas:0:Wight"] = "1",
                ["Routing:Mode"] = "sideways",
                ["Routing:MaxPin"] = "-3s",
                ["Routing:Replica"] = "some",
            },
            out _,
            out _);

        var message = Assert.Throws<ArgumentException>(() => services.GetRequiredService<RoutingDataSource>()).Message;

        foreach (var expected in (string[])[
            "connection string of a primary is empty", "Routing:Primry", "both ConnectionString and Primary", "Weight is 'much'",
            "Routing:Replicas:0:Wight", "Routing:Mode is 'sideways'", "MaxPin is -00:00:03", "Routing:Replica ('some')",
        ])
            Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_OfWhatCanChange_IsInForceAtOnceAndTheRestIsTold()
    {
        using var services = Build(Good, out var configuration, out var logs);
        var source = services.GetRequiredService<RoutingDataSource>();

        configuration["Routing:Replicas:0:Weight"] = "5";
        configuration["Routing:MaxReplicaLag"] = "none";
        configuration["Routing:MaxReplicaLagBytes"] = "1MB";
        configuration["Routing:Mode"] = "PrimaryOnly";
        configuration["Routing:MaxPin"] = "4s";
        configuration["Routing:Replicas:2"] = "Host=r2";
        configuration.Reload();

        Assert.Equal(5, source.Cluster.Nodes[1].Weight);
        Assert.Equal((RoutingMode.PrimaryOnly, null, 1L << 20), (source.Options.Mode, source.Options.MaxReplicaLag, source.Options.MaxReplicaLagBytes));
        Assert.Equal(TimeSpan.FromSeconds(9), source.Options.MaxPin);
        Assert.Equal(3, source.Cluster.Nodes.Count);
        var told = Assert.Single(logs.Entries, entry => entry.Id == 4003).Message;
        Assert.Contains("MaxPin", told, StringComparison.Ordinal);
        Assert.Contains("node r2:5432", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_OfSomethingWrong_KeepsWhatWasInForce()
    {
        using var services = Build(Good, out var configuration, out var logs);
        var source = services.GetRequiredService<RoutingDataSource>();

        configuration["Routing:Mode"] = "sideways";
        configuration["Routing:Replicas:0:Weight"] = "5";
        configuration.Reload();

        Assert.Equal((RoutingMode.Route, 3), (source.Options.Mode, source.Cluster.Nodes[1].Weight));
        Assert.Contains("'sideways'", Assert.Single(logs.Entries, entry => entry.Id == 4004).Message, StringComparison.Ordinal);

        configuration["Routing:Mode"] = "Route";
        configuration.Reload();
        Assert.Equal(5, source.Cluster.Nodes[1].Weight);
    }

    [Fact]
    public void Reload_LeavesWhatCodeHasSet()
    {
        using var services = Build(Good, out var configuration, out _, b => b.Configure(o => (o.SwitchReplica, o.MaxReplicaLag) = (SwitchReplica.PerCommand, TimeSpan.FromSeconds(8))));
        var source = services.GetRequiredService<RoutingDataSource>();

        configuration["Routing:Mode"] = "PrimaryOnly";
        configuration.Reload();

        Assert.Equal(
            (RoutingMode.PrimaryOnly, SwitchReplica.PerCommand, TimeSpan.FromSeconds(8)),
            (source.Options.Mode, source.Options.SwitchReplica, source.Options.MaxReplicaLag));
    }

    [Fact]
    public void Reload_AfterDispose_DoesNothing()
    {
        var services = Build(Good, out var configuration, out _);
        var source = services.GetRequiredService<RoutingDataSource>();
        services.Dispose();

        configuration["Routing:Mode"] = "PrimaryOnly";
        configuration.Reload();

        Assert.Equal(RoutingMode.Route, source.Options.Mode);
    }

    private static ServiceProvider Build(
        Dictionary<string, string?> values, out IConfigurationRoot configuration, out RecordingLoggerFactory logs, Action<RoutingDataSourceBuilder>? configure = null)
    {
        configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        logs = new();
        return new ServiceCollection().AddSingleton<ILoggerFactory>(logs)
            .AddRoutingDataSource(configuration.GetSection("Routing"), (_, builder) => configure?.Invoke(builder)).BuildServiceProvider();
    }
}

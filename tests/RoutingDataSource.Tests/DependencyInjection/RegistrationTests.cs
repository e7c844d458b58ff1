using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ReplicaRouting.Tests.DependencyInjection;

public sealed class RegistrationTests
{
    [Fact]
    public void ConnectionString_Alone_RegistersSourceAndConnections()
    {
        using var services = new ServiceCollection().AddRoutingDataSource("Host=a,b").BuildServiceProvider();

        var source = services.GetRequiredService<RoutingDataSource>();
        Assert.Same(source, services.GetRequiredService<DbDataSource>());
        Assert.Same(source, services.GetRequiredService<RoutingConnection>().Source);
        Assert.Same(source, Assert.IsAssignableFrom<RoutingConnection>(services.GetRequiredService<DbConnection>()).Source);
        Assert.NotSame(services.GetRequiredService<RoutingConnection>(), services.GetRequiredService<RoutingConnection>());
        Assert.Null(services.GetService<NpgsqlDataSource>());
        Assert.Equal(2, source.Cluster.Nodes.Count);
    }

    [Fact]
    public void Callbacks_OfEachForm_ConfigureTheBuilder()
    {
        using var withBuilder = new ServiceCollection()
            .AddRoutingDataSource("Host=a", b => b.Configure(o => o.MaxPin = TimeSpan.FromSeconds(7))).BuildServiceProvider();
        using var withServices = new ServiceCollection().AddSingleton("Host=r")
            .AddRoutingDataSource("Host=a", (p, b) => b.AddReplica(p.GetRequiredService<string>())).BuildServiceProvider();
        using var withoutString = new ServiceCollection().AddSingleton("Host=r")
            .AddRoutingDataSource((p, b) => b.AddPrimary("Host=p").AddReplica(p.GetRequiredService<string>())).BuildServiceProvider();

        Assert.Equal(TimeSpan.FromSeconds(7), withBuilder.GetRequiredService<RoutingDataSource>().Options.MaxPin);
        Assert.Equal(["a:5432", "r:5432"], Names(withServices));
        Assert.Equal(["p:5432", "r:5432"], Names(withoutString));
    }

    [Fact]
    public void Key_KeepsSourcesApart()
    {
        using var services = new ServiceCollection()
            .AddRoutingDataSource("Host=a", serviceKey: "one").AddRoutingDataSource("Host=b", _ => { }, serviceKey: "two").BuildServiceProvider();

        Assert.Null(services.GetService<RoutingDataSource>());
        var one = services.GetRequiredKeyedService<RoutingDataSource>("one");
        Assert.NotSame(one, services.GetRequiredKeyedService<RoutingDataSource>("two"));
        Assert.Same(one, services.GetRequiredKeyedService<DbDataSource>("one"));
        Assert.Same(one, services.GetRequiredKeyedService<RoutingConnection>("one").Source);
        Assert.Same(one, ((RoutingConnection)services.GetRequiredKeyedService<DbConnection>("one")).Source);
    }

    [Fact]
    public void Lifetimes_AreThoseAskedFor()
    {
        using var services = new ServiceCollection()
            .AddRoutingDataSource("Host=a", ServiceLifetime.Scoped, ServiceLifetime.Scoped).BuildServiceProvider(validateScopes: true);
        using var first = services.CreateScope();
        using var second = services.CreateScope();

        Assert.Same(first.ServiceProvider.GetRequiredService<RoutingConnection>(), first.ServiceProvider.GetRequiredService<DbConnection>());
        Assert.NotSame(first.ServiceProvider.GetRequiredService<RoutingDataSource>(), second.ServiceProvider.GetRequiredService<RoutingDataSource>());
        Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<RoutingDataSource>());
    }

    [Fact]
    public void Provider_WhenDisposed_DisposesTheSource()
    {
        var services = new ServiceCollection().AddRoutingDataSource("Host=a").BuildServiceProvider();
        var source = services.GetRequiredService<RoutingDataSource>();

        services.Dispose();

        Assert.Throws<ObjectDisposedException>(() => source.OpenConnection());
    }

    [Fact]
    public void LoggerFactory_OfTheContainer_IsUsed()
    {
        using var logs = new RecordingLoggerFactory();
        using var services = new ServiceCollection().AddSingleton<ILoggerFactory>(logs).AddRoutingDataSource("Host=a").BuildServiceProvider();

        Assert.Same(logs, services.GetRequiredService<RoutingDataSource>().Logger);
    }

    [Fact]
    public void NpgsqlDataSource_RegisteredBefore_IsRefused()
    {
        var services = new ServiceCollection().AddSingleton(_ => NpgsqlDataSource.Create("Host=a"));

        var refused = Assert.Throws<InvalidOperationException>(() => services.AddRoutingDataSource("Host=a,b"));

        Assert.Contains("UseRoutingNpgsql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NpgsqlDataSource_RegisteredBeforeWithAKey_StandsBeside()
    {
        using var logs = new RecordingLoggerFactory();
        using var services = new ServiceCollection().AddSingleton<ILoggerFactory>(logs)
            .AddKeyedSingleton("other", (_, _) => NpgsqlDataSource.Create("Host=a")).AddRoutingDataSource("Host=a,b").BuildServiceProvider();

        Assert.NotNull(services.GetRequiredService<RoutingDataSource>());
        Assert.DoesNotContain(logs.Entries, entry => entry.Id == 4001);
    }

    [Fact]
    public void NpgsqlDataSource_RegisteredAfterwards_IsWarnedOf()
    {
        using var logs = new RecordingLoggerFactory();
        using var services = new ServiceCollection().AddSingleton<ILoggerFactory>(logs)
            .AddRoutingDataSource("Host=a,b").AddSingleton(_ => NpgsqlDataSource.Create("Host=a")).BuildServiceProvider();

        services.GetRequiredService<RoutingDataSource>();

        Assert.Contains(logs.Entries, entry => entry.Id == 4001);
    }

    private static IEnumerable<string> Names(ServiceProvider services) =>
        services.GetRequiredService<RoutingDataSource>().Cluster.Nodes.Select(node => node.Name);
}

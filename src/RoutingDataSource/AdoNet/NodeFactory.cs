using Microsoft.Extensions.Logging;
using Npgsql;
using ReplicaRouting.Diagnostics;
using ReplicaRouting.Topology;

namespace ReplicaRouting.AdoNet;

/// <summary>Makes nodes from definitions: splits lists of hosts, names the nodes, and derives each pool's settings from the caller's.</summary>
/// <param name="options">The options.</param>
/// <param name="configure">Configures each of Npgsql's data sources.</param>
/// <param name="loggerFactory">Where they log.</param>
/// <param name="sourceName">What the caller calls the data source; <see langword="null"/> for nothing.</param>
/// <param name="hasOneNode">Whether there is one node.</param>
internal sealed class NodeFactory(
    RoutingOptions options, Action<NpgsqlDataSourceBuilder>? configure, ILoggerFactory? loggerFactory, string? sourceName, bool hasOneNode)
{
    /// <summary>Splits a definition whose connection string names several hosts, and puts each port where it belongs.</summary>
    public static IEnumerable<NodeDefinition> Split(NodeDefinition definition)
    {
        if (definition.ConnectionString is null)
            return [definition];
        var hosts = Hosts(definition.ConnectionString);
        return hosts.Select((host, index) => definition with
        {
            ConnectionString = WithHost(definition.ConnectionString, host, null),
            Name = definition.Name is null || hosts.Length == 1 ? definition.Name : $"{definition.Name}-{index + 1}",
        });
    }

    /// <summary>The entries of <c>Host</c>.</summary>
    public static string[] Hosts(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).Host?.Split(',', StringSplitOptions.TrimEntries) ?? [];

    /// <summary>The name that a node gets when it was given none.</summary>
    public static string DefaultName(NodeDefinition definition)
    {
        var settings = Settings(definition);
        var isBareIPv6 = settings.Host is { } host && host.Contains(':', StringComparison.Ordinal) && host[0] is not ('[' or '/' or '@');
        return isBareIPv6 ? $"[{settings.Host}]:{settings.Port}" : $"{settings.Host}:{settings.Port}";
    }

    /// <summary>The database that a node is asked for.</summary>
    public static string? DatabaseOf(NodeDefinition definition) => Settings(definition).Database;

    /// <summary>The same settings for one host.</summary>
    /// <param name="connectionString">The settings.</param>
    /// <param name="entry">An entry of a list of hosts.</param>
    /// <param name="port">The port when the entry holds none; <see langword="null"/> for that of the settings.</param>
    public static string WithHost(string connectionString, string entry, int? port)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var (host, own) = NodeAddress.Split(entry);
        settings.Host = host;
        settings.Port = own ?? port ?? settings.Port;
        return settings.ConnectionString;
    }

    /// <summary>Whether the caller wants pooled connections not to be reset.</summary>
    public static bool SkipsReset(NodeDefinition definition) => Settings(definition).NoResetOnClose;

    public Node Create(int index, NodeDefinition definition)
    {
        var settings = Settings(definition);
        return new(
            index,
            definition.Name ?? DefaultName(definition),
            settings.Host ?? "",
            settings.Port,
            use => definition.Owned ?? Build(definition.ConnectionString!, definition.Name ?? DefaultName(definition), use),
            definition.Owned is not null);
    }

    // Npgsql's own bounds of Timeout; 0 would be none.
    private static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, 1024);

    private static NpgsqlConnectionStringBuilder Settings(NodeDefinition definition) =>
        new(definition.ConnectionString ?? definition.Owned!.ConnectionString);

    // Npgsql's metrics tell pools apart by name alone.
    private string? PoolName(string node, NodeUse use) => (sourceName, use) switch
    {
        (null, _) => null,
        (_, NodeUse.Primary) => hasOneNode ? sourceName : $"{sourceName}/{node}",
        (_, NodeUse.Replica) => $"{sourceName}/{node}/reads",
        _ => $"{sourceName}/{node}/probes",
    };

    private NpgsqlDataSource Build(string connectionString, string name, NodeUse use)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        if (loggerFactory is not null)
            builder.UseLoggerFactory(loggerFactory);
        builder.Name = PoolName(name, use);
        configure?.Invoke(builder);
        builder.ConfigureTracing(tracing => RoutingActivity.Enrich(tracing, name, sourceName));
        var settings = builder.ConnectionStringBuilder;
        switch (use)
        {
            case NodeUse.Replica:
                settings.Enlist = false; // a second resource manager would turn a local transaction into a distributed one
                settings.NoResetOnClose = true;
                // A read does not wait longer for a connection than a probe would take to find the server dead: it goes elsewhere.
                var longest = Seconds(options.ProbeInterval + options.ProbeTimeout);
                if (settings.Timeout == 0 || settings.Timeout > longest)
                    settings.Timeout = longest;
                break;
            case NodeUse.Probe:
                // One connection of its own, so that probes go on when the pools are exhausted; it needs no types but the built-in ones.
                settings.Pooling = false;
                settings.Enlist = false;
                // Long enough for the first probe of a process; the monitor leaves every other one when ProbeTimeout has passed.
                settings.Timeout = Seconds(NodeMonitor.FirstTimeout(options.ProbeTimeout));
                settings.CommandTimeout = settings.Timeout;
                builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
                // Nobody asked for them, and what they find out has events of its own.
                builder.UseLoggerFactory(null);
                builder.ConfigureTracing(tracing => tracing
                    .ConfigureCommandFilter(_ => false).ConfigureBatchFilter(_ => false).EnablePhysicalOpenTracing(false));
                break;
            case NodeUse.Primary:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(use), use, null);
        }

        return builder.Build();
    }
}

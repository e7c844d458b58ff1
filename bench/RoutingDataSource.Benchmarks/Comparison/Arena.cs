using Npgsql;
using ReplicaRouting.Benchmarks.Comparison.Services;
using ReplicaRouting.Benchmarks.Scale;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>A primary and two standbys with a table of 100,000 rows, what stands between, and a data source for each contender.</summary>
internal sealed class Arena : IAsyncDisposable
{
    private const int MaxClients = 128;

    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly Dictionary<string, Contender> _contenders = [];

    private Arena(PostgresCluster cluster) => Cluster = cluster;

    public PostgresCluster Cluster { get; }

    /// <summary>What could not be compared, and why.</summary>
    public List<string> LeftOut { get; } = [];

    /// <summary>Names and versions of what is compared.</summary>
    public List<string> Versions { get; } = [];

    /// <param name="hasServices">Whether what stands between is started too.</param>
    public static async Task<Arena> StartAsync(bool hasServices)
    {
        var options = new PostgresClusterOptions { Replicas = 2 };
        // More than the connections of all contenders together, several of which keep theirs at the same time.
        options.Settings["max_connections"] = "2000";
        options.Settings["listen_addresses"] = NodeSweep.Addresses;
        options.Settings["shared_buffers"] = "128MB";
        var arena = new Arena(await PostgresCluster.StartAsync(options));
        try
        {
            await arena.PrepareAsync(hasServices);
            return arena;
        }
        catch
        {
            await arena.DisposeAsync();
            throw;
        }
    }

    /// <summary>The named contenders, but for those that are left out.</summary>
    public List<Contender> Choose(params IEnumerable<string> names) => [.. names.Where(_contenders.ContainsKey).Select(name => _contenders[name])];

    /// <summary>A data source with default options over the primary and some standbys.</summary>
    public static RoutingDataSource Route(PostgresCluster cluster, IEnumerable<PostgresNode> replicas, Func<PostgresNode, string>? connect = null)
    {
        connect ??= node => Settings(node).ConnectionString;
        var builder = new RoutingDataSourceBuilder().AddPrimary(connect(cluster.Primary), name: cluster.Primary.Name);
        foreach (var replica in replicas)
            builder.AddReplica(connect(replica), name: replica.Name);
        return builder.Build();
    }

    /// <summary>Waits until all replicas serve reads.</summary>
    public static async Task WaitUntilWellAsync(RoutingDataSource source)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await (await source.OpenConnectionAsync(patience.Token)).DisposeAsync();
        while (!(source.Cluster.Primary is not null && source.Cluster.Replicas.Count() == source.Cluster.Nodes.Count - 1 &&
            source.Cluster.Replicas.All(node => node is { IsReachable: true, Lag.Bytes: 0 })))
            await Task.Delay(20, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
            await owned.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static NpgsqlConnectionStringBuilder Settings(PostgresNode node, int? port = null) =>
        new(node.ConnectionString) { Port = port ?? node.Port, MaxPoolSize = 600 };

    private async Task PrepareAsync(bool hasServices)
    {
        await Cluster.Primary.ExecuteAsync(
            $"CREATE TABLE items (id int PRIMARY KEY, item text NOT NULL, amount int NOT NULL); " +
            $"INSERT INTO items SELECT i, 'item number ' || i, i % 100 FROM generate_series(1, {Client.Items}) AS i");
        await Cluster.Primary.ExecuteAsync("VACUUM (ANALYZE, FREEZE) items");
        await Cluster.Primary.ExecuteAsync("CHECKPOINT");
        await Cluster.WaitForReplayAsync();
        Versions.Add($"PostgreSQL {Cluster.ServerVersion}");

        var (primary, one) = (Cluster.Primary, Cluster.Replicas[0]);
        var writes = Own(NpgsqlDataSource.Create(Settings(primary).ConnectionString));
        Add(Contender.Npgsql, Own(NpgsqlDataSource.Create(Settings(one).ConnectionString)), writes);
        Add(Contender.NpgsqlAgain, Own(NpgsqlDataSource.Create(Settings(one).ConnectionString)), writes);
        Add(Contender.NpgsqlNoReset, Own(NpgsqlDataSource.Create(NoReset(Settings(one)))), Own(NpgsqlDataSource.Create(NoReset(Settings(primary)))));
        Add(Contender.NpgsqlPrimary, writes, writes);

        var hosts = Settings(primary);
        hosts.Host = string.Join(',', Cluster.Nodes.Select(node => $"{node.Host}:{node.Port}"));
        hosts.LoadBalanceHosts = true;
        var multiHost = Own(new NpgsqlDataSourceBuilder(hosts.ConnectionString).BuildMultiHost());
        Add(Contender.MultiHost, multiHost.WithTargetSession(TargetSessionAttributes.PreferStandby), multiHost.WithTargetSession(TargetSessionAttributes.Primary));

        foreach (var (name, replicas) in new[] { (Contender.Routing, Cluster.Replicas), (Contender.RoutingOneReplica, [one]) })
        {
            var routing = Own(Route(Cluster, replicas));
            await WaitUntilWellAsync(routing);
            Add(name, routing, routing);
        }

        Versions.Add($"Npgsql {Version(typeof(NpgsqlDataSource))}");
        Versions.Add($"RoutingDataSource {Version(typeof(RoutingDataSource))}");
        if (hasServices)
            await AddServicesAsync(primary);
        foreach (var contender in _contenders.Values.Where(contender => contender.Name != Contender.NpgsqlPrimary))
            await CheckAsync(contender);
    }

    private async Task AddServicesAsync(PostgresNode primary)
    {
        if (IsMissing("haproxy", Contender.HaProxy) | IsMissing("pgpool", Contender.Pgpool) | IsMissing("pgbouncer", Contender.PgBouncer))
            Console.Error.WriteLine($"bench: {string.Join("; ", LeftOut)}");
        if (Service.Find("haproxy") is not null)
        {
            var haProxy = Own(await HaProxy.StartAsync(Cluster));
            Versions.Add(Service.Version("haproxy", "-v").Split(" - ")[0]);
            Add(
                Contender.HaProxy,
                Own(NpgsqlDataSource.Create(Settings(primary, haProxy.ReadPort).ConnectionString)),
                Own(NpgsqlDataSource.Create(Settings(primary, haProxy.WritePort).ConnectionString)));
            if (Service.Find("pgbouncer") is not null)
            {
                var pgBouncer = Own(await PgBouncer.StartAsync(Cluster, haProxy, poolSize: 40));
                Versions.Add(Service.Version("pgbouncer", "--version"));
                string Through(string database)
                {
                    var settings = Settings(primary, pgBouncer.Port);
                    settings.Database = database;
                    return NoReset(settings);
                }

                Add(Contender.PgBouncer, Own(NpgsqlDataSource.Create(Through(PgBouncer.Reads))), Own(NpgsqlDataSource.Create(Through(PgBouncer.Writes))));
            }
        }

        if (Service.Find("pgpool") is not null)
        {
            var pgpool = Own(await Pgpool.StartAsync(Cluster, clients: MaxClients + 8));
            Versions.Add(Service.Version("pgpool", "--version"));
            var source = Own(NpgsqlDataSource.Create(Settings(primary, pgpool.Port).ConnectionString));
            Add(Contender.Pgpool, source, source);
        }
    }

    /// <summary>A contender that reads from the primary, or from nowhere, would make a comparison that means nothing.</summary>
    private async Task CheckAsync(Contender contender)
    {
        for (var i = 0; i < 4; i++)
        {
            await using var connection = await contender.Reads.OpenConnectionAsync();
            await using var command = connection.CreateCommand();
            var routed = command as RoutingCommand; // which takes what differs from server to server to the primary
            command.CommandText = routed is null ? "SELECT pg_catalog.current_setting('cluster_name') FROM items WHERE id = 1" : "SELECT item FROM items WHERE id = 1";
            var node = (string?)await command.ExecuteScalarAsync();
            if (routed is null ? node == Cluster.Primary.Name : routed.LastRoute is not { Target: RouteTarget.Replica })
                throw new InvalidOperationException($"{contender.Name} reads from {(routed is null ? node : routed.LastRoute)}.");
        }
    }

    private bool IsMissing(string program, string contender)
    {
        if (Service.Find(program) is not null)
            return false;
        LeftOut.Add($"{contender} is left out: {program} is not installed");
        return true;
    }

    private static string NoReset(NpgsqlConnectionStringBuilder settings)
    {
        settings.NoResetOnClose = true;
        return settings.ConnectionString;
    }

    private static string Version(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "?";

    private void Add(string name, System.Data.Common.DbDataSource reads, System.Data.Common.DbDataSource writes) => _contenders.Add(name, new(name, reads, writes));

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}

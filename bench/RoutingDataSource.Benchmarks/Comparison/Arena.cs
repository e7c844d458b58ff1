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
    public static async Task WaitUntilWellAsync(RoutingDataSource source, bool isAsync = true)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var connection = isAsync ? await source.OpenConnectionAsync(patience.Token) : source.OpenConnection();
        await connection.DisposeAsync();
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
        AddNpgsql(Contender.Npgsql, Settings(one), Settings(primary));
        AddNpgsql(Contender.NpgsqlAgain, Settings(one), Settings(primary));
        AddNpgsql(Contender.NpgsqlNoReset, NoReset(Settings(one)), NoReset(Settings(primary)));
        AddNpgsql(Contender.NpgsqlPrimary, Settings(primary), Settings(primary));
        Add(Contender.MultiHost, _ =>
        {
            var hosts = Settings(primary);
            hosts.Host = string.Join(',', Cluster.Nodes.Select(node => $"{node.Host}:{node.Port}"));
            hosts.LoadBalanceHosts = true;
            var source = new NpgsqlDataSourceBuilder(hosts.ConnectionString).BuildMultiHost();
            return Task.FromResult(new Endpoints(
                source.WithTargetSession(TargetSessionAttributes.PreferStandby), source.WithTargetSession(TargetSessionAttributes.Primary), source));
        });
        foreach (var (name, replicas) in new[] { (Contender.Routing, Cluster.Replicas.ToArray()), (Contender.RoutingOneReplica, [one]) })
        {
            Add(name, async isAsync =>
            {
                var source = Route(Cluster, replicas);
                await WaitUntilWellAsync(source, isAsync);
                return new(source, source, source);
            });
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
            AddNpgsql(Contender.HaProxy, Settings(primary, haProxy.ReadPort), Settings(primary, haProxy.WritePort));
            if (Service.Find("pgbouncer") is not null)
            {
                var pgBouncer = Own(await PgBouncer.StartAsync(Cluster, haProxy, poolSize: 40));
                Versions.Add(Service.Version("pgbouncer", "--version"));
                NpgsqlConnectionStringBuilder Through(string database)
                {
                    var settings = NoReset(Settings(primary, pgBouncer.Port));
                    settings.Database = database;
                    return settings;
                }

                AddNpgsql(Contender.PgBouncer, Through(PgBouncer.Reads), Through(PgBouncer.Writes));
            }
        }

        if (Service.Find("pgpool") is not null)
        {
            var pgpool = Own(await Pgpool.StartAsync(Cluster, clients: MaxClients + 8));
            Versions.Add(Service.Version("pgpool", "--version"));
            Add(Contender.Pgpool, _ =>
            {
                var source = NpgsqlDataSource.Create(Settings(primary, pgpool.Port).ConnectionString);
                return Task.FromResult(new Endpoints(source, source, source));
            });
        }
    }

    /// <summary>A contender that reads from the primary, or from nowhere, would make a comparison that means nothing.</summary>
    private async Task CheckAsync(Contender contender)
    {
        await using var endpoints = await contender.Connect(true);
        for (var i = 0; i < 4; i++)
        {
            await using var connection = await endpoints.Reads.OpenConnectionAsync();
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

    private static NpgsqlConnectionStringBuilder NoReset(NpgsqlConnectionStringBuilder settings)
    {
        settings.NoResetOnClose = true;
        return settings;
    }

    private static string Version(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "?";

    private void Add(string name, Func<bool, Task<Endpoints>> connect) => _contenders.Add(name, new(name, connect));

    private void AddNpgsql(string name, NpgsqlConnectionStringBuilder reads, NpgsqlConnectionStringBuilder writes) => Add(name, _ =>
    {
        var (read, write) = (NpgsqlDataSource.Create(reads), NpgsqlDataSource.Create(writes));
        return Task.FromResult(new Endpoints(read, write, read, write));
    });

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}

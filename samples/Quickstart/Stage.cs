using System.Diagnostics;
using System.Globalization;
using ReplicaRouting.Testing;

namespace ReplicaRouting.Quickstart;

/// <summary>The cluster, the data source over it, and what the acts share.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const string CountOrders = "SELECT count(*) FROM orders";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Names = ["db1", "db2", "db3"];

    private Stage(Screen screen, PostgresCluster cluster, RoutingDataSource dataSource)
    {
        Screen = screen;
        Cluster = cluster;
        DataSource = dataSource;
    }

    public Screen Screen { get; }

    public PostgresCluster Cluster { get; }

    public RoutingDataSource DataSource { get; }

    public Tally Tally { get; } = new();

    public static async Task<Stage> SetUpAsync(Screen screen)
    {
        var start = Stopwatch.GetTimestamp();
        var cluster = await PostgresCluster.StartAsync(replicas: 2);
        RoutingDataSource? dataSource = null;
        try
        {
            await cluster.Primary.ExecuteAsync(
                """
                CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL, amount int NOT NULL);
                CREATE SEQUENCE tickets;
                INSERT INTO orders (item, amount) SELECT 'item ' || n, n FROM generate_series(1, 100) AS n;
                """);
            await cluster.WaitForReplayAsync();

            dataSource = new RoutingDataSourceBuilder()
                .AddPrimary(cluster.Nodes[0].ConnectionString, name: Names[0])
                .AddReplica(cluster.Nodes[1].ConnectionString, weight: 2, name: Names[1])
                .AddReplica(cluster.Nodes[2].ConnectionString, weight: 1, name: Names[2])
                .Configure(options =>
                {
                    options.MaxReplicaLag = TimeSpan.FromSeconds(2);
                    options.ProbeInterval = TimeSpan.FromMilliseconds(500);
                    options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
                    options.FailoverTimeout = TimeSpan.FromSeconds(30);
                })
                .Build();

            var stage = new Stage(screen, cluster, dataSource);
            screen.Line($"PostgreSQL {cluster.ServerVersion}: a primary and two streaming standbys, started in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
            screen.Table(
                ["node", "role", "weight", "address"],
                [.. Names.Select((name, i) => new[] { name, i == 0 ? "primary" : "replica", i == 0 ? "-" : $"{3 - i}", $"{cluster.Nodes[i].Host}:{cluster.Nodes[i].Port}" })]);
            return stage;
        }
        catch
        {
            if (dataSource is not null) await dataSource.DisposeAsync();
            await cluster.DisposeAsync();
            throw;
        }
    }

    public PostgresNode Server(string name) => Cluster.Nodes[Array.IndexOf(Names, name)];

    public NodeSnapshot Node(string name) => DataSource.Cluster.Nodes.Single(node => node.Name == name);

    /// <summary>Executes a command on a connection of its own and counts it.</summary>
    public async Task<(object? Value, CommandRoute Route)> RunAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        var value = await command.ExecuteScalarAsync();
        return (value, Count(command));
    }

    /// <summary>Counts where a command went.</summary>
    public CommandRoute Count(RoutingCommand command)
    {
        var route = command.LastRoute ?? throw new SurpriseException($"'{command.CommandText}' was executed and has no route.");
        Tally.Add(route);
        return route;
    }

    /// <summary>Runs many reads, each on a connection of its own, and says how many each node answered.</summary>
    public async Task<Dictionary<string, int>> SpreadAsync(int reads, int workers = 8)
    {
        var routes = new List<CommandRoute>();
        var left = reads;
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var (_, route) = await RunAsync(CountOrders);
                lock (routes) routes.Add(route);
            }
        })));
        return routes.GroupBy(route => route.Node!).ToDictionary(group => group.Key, group => group.Count());
    }

    /// <summary>Fails unless the reads were spread as promised.</summary>
    public static void ExpectSpread(string when, Dictionary<string, int> actual, params (string Node, int Reads)[] expected)
    {
        var differs = actual.Values.Sum() != expected.Sum(each => each.Reads) || expected.Any(each => actual.GetValueOrDefault(each.Node) != each.Reads);
        if (differs)
            throw new SurpriseException($"{when}: expected {Show(expected.Select(each => (each.Node, each.Reads)))}, but saw {Show(actual.Select(each => (each.Key, each.Value)))}.");
    }

    public static void Expect(bool holds, string otherwise)
    {
        if (!holds) throw new SurpriseException(otherwise);
    }

    /// <summary>Waits for a state of the cluster.</summary>
    public Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    /// <summary>Waits for a state of the cluster.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new SurpriseException($"After {Patience.TotalSeconds} s not yet: {what}. The nodes: {string.Join("; ", DataSource.Cluster.Nodes)}.");
            await Task.Delay(5);
        }
    }

    /// <summary>Waits until a node serves reads with its whole weight.</summary>
    public Task UntilServesAsync(string name) => UntilAsync(
        () => Node(name) is { Role: NodeRole.Replica, IsReachable: true, WarmUp: 4, Lag.Bytes: 0 }, $"{name} answers as a replica and has caught up");

    public void ShowTotals(TimeSpan took)
    {
        Screen.Act("What each node has done");
        var rows = Names.Select(name => new[]
        {
            name, Role(Node(name)), Number(Tally[name, Tally.Kind.Read]), Number(Tally[name, Tally.Kind.Write]), Number(Tally[name, Tally.Kind.Fallback]),
        }).ToList();
        rows.Add(["all", "", .. new[] { Tally.Kind.Read, Tally.Kind.Write, Tally.Kind.Fallback }.Select(kind => Number(Names.Sum(name => Tally[name, kind])))]);
        Screen.Table(["node", "now", "reads", "writes", "fallbacks"], rows, 2, 3, 4);
        Screen.Line();
        Screen.Note("writes: whatever only the primary may run, or was asked to; fallbacks: reads that it took because no replica could.");
        Screen.Note(string.Create(CultureInfo.InvariantCulture, $"{Tally.Total} commands in {took.TotalSeconds:0.0} s, none failed."));
        Screen.Line();

        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
        static string Role(NodeSnapshot node) => !node.IsReachable ? "down" : node.Role == NodeRole.Primary ? "primary" : "replica";
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Cluster.DisposeAsync();
    }

    private static string Show(IEnumerable<(string Node, int Reads)> spread) =>
        string.Join(", ", spread.OrderBy(each => each.Node, StringComparer.Ordinal).Select(each => $"{each.Node} {each.Reads}"));
}

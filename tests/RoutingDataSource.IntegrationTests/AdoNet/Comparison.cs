using System.Data.Common;
using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Runs a program on plain Npgsql (the primary alone) and on the whole cluster, and holds what it saw to be the same. On the cluster it
/// runs twice: with reads that always go to replicas, and with the default options.</summary>
[Collection(FreshClusterTests.Name)]
public abstract class Comparison(FreshClusterFixture fixture) : IAsyncLifetime
{
    private static int _schemas;
    private readonly List<string> _created = [];

    protected PostgresCluster Cluster => fixture.Cluster;

    /// <summary>What each side has in a schema of its own before the program runs.</summary>
    protected virtual string Setup => "CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 10) i";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var schema in _created)
            await Cluster.Primary.ExecuteAsync($"DROP SCHEMA {schema} CASCADE");
    }

    protected Task SameAsync(
        Action<DbDataSource, Transcript> program,
        string settings = "",
        Action<NpgsqlDataSourceBuilder>? configure = null,
        Action<RoutingOptions>? routing = null) =>
        SameAsync(
            (source, seen) =>
            {
                program(source, seen);
                return Task.CompletedTask;
            },
            settings,
            configure,
            routing);

    protected async Task SameAsync(
        Func<DbDataSource, Transcript, Task> program,
        string settings = "",
        Action<NpgsqlDataSourceBuilder>? configure = null,
        Action<RoutingOptions>? routing = null)
    {
        var expected = await RunAsync(program, "plain", schema => Plain(schema, settings, configure));
        var fresh = await RunAsync(program, "fresh", schema => Routed(schema, settings, configure, ReadYourWrites.None, routing));
        var defaults = await RunAsync(program, "defaults", schema => Routed(schema, settings, configure, ReadYourWrites.Session, routing));
        AssertSame(expected, fresh, "with reads that always go to replicas");
        AssertSame(expected, defaults, "with the default options");
    }

    /// <summary>Runs a program on the cluster only, with reads that always go to replicas.</summary>
    protected async Task RoutedAsync(
        Func<RoutingDataSource, Transcript, Task> program,
        string settings = "",
        Action<NpgsqlDataSourceBuilder>? configure = null,
        Action<RoutingOptions>? routing = null) =>
        await RunAsync(
            (source, seen) => program((RoutingDataSource)source, seen),
            "routed",
            schema => Routed(schema, settings, configure, ReadYourWrites.None, routing));

    protected async Task<string> CreateSchemaAsync()
    {
        var schema = $"s{Interlocked.Increment(ref _schemas)}_{Environment.ProcessId}";
        await Cluster.Primary.ExecuteAsync($"CREATE SCHEMA {schema}; SET search_path = {schema}; {Setup}");
        _created.Add(schema);
        return schema;
    }

    protected RoutingDataSource Routed(
        string schema,
        string settings = "",
        Action<NpgsqlDataSourceBuilder>? configure = null,
        ReadYourWrites readYourWrites = ReadYourWrites.None,
        Action<RoutingOptions>? routing = null)
    {
        var builder = new RoutingDataSourceBuilder(With(Cluster.ConnectionString, schema, settings))
            .Configure(options =>
            {
                options.ReadYourWrites = readYourWrites;
                options.ReadOnlyFunctions.Add("pg_sleep");
                options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromSeconds(5); // a loaded machine must not look like a lost server
                options.MaxReplicaLag = null;
                routing?.Invoke(options);
            });
        if (configure is not null)
            builder.ConfigureNpgsql(configure);
        var source = builder.Build();
        source.EnsureStarted();
        SpinWait.SpinUntil(() => source.Table.Cycle.Length == Cluster.Replicas.Count, TimeSpan.FromSeconds(20));
        return source;
    }

    protected NpgsqlDataSource Plain(string schema, string settings = "", Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        var builder = new NpgsqlDataSourceBuilder(With(Cluster.Primary.ConnectionString, schema, settings));
        configure?.Invoke(builder);
        return builder.Build();
    }

    protected static string With(string connectionString, string schema, string settings) =>
        $"{connectionString};Search Path={schema};{settings}";

    private static void AssertSame(string expected, string actual, string how)
    {
        if (expected == actual)
            return;
        var (plain, routed) = (expected.Split('\n'), actual.Split('\n'));
        var first = plain.Zip(routed).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.Fail($"{how}, after {string.Join("\n", plain.Take(first).TakeLast(3))}\nplain:  {string.Join("\n        ", plain.Skip(first).Take(3))}"
            + $"\nrouted: {string.Join("\n        ", routed.Skip(first).Take(3))}");
    }

    private async Task<string> RunAsync(Func<DbDataSource, Transcript, Task> program, string side, Func<string, DbDataSource> create)
    {
        var schema = await CreateSchemaAsync();
        var seen = new Transcript(schema);
        await using var source = create(schema);
        try
        {
            await program(source, seen);
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"on side '{side}', after:\n{string.Join('\n', seen.Lines)}", error);
        }

        return string.Join('\n', seen.Lines);
    }
}

using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Npgsql;

namespace ReplicaRouting.Benchmarks.AdoNet;

/// <summary>SELECT 1 from a standby, with plain Npgsql (the baseline) and routed, in the four ways in which programs use connections.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class SelectBenchmarks
{
    private const string Sql = "SELECT 1";

    private NpgsqlDataSource _plain = null!;
    private NpgsqlConnection _plainOpen = null!;
    private NpgsqlConnection _plainClosed = null!;
    private NpgsqlCommand _plainCommand = null!;
    private RoutingDataSource _routed = null!;
    private RoutingConnection _routedOpen = null!;
    private RoutingConnection _routedClosed = null!;
    private RoutingCommand _routedCommand = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _plain = BenchmarkCluster.CreatePlain();
        _plainOpen = _plain.OpenConnection();
        _plainClosed = _plain.CreateConnection();
        _plainCommand = new(Sql, _plainOpen);
        _routed = BenchmarkCluster.CreateRouted();
        _routedOpen = _routed.OpenConnection();
        _routedClosed = _routed.CreateConnection();
        _routedCommand = new(Sql, _routedOpen);
        if (RoutedReused() != 1 || _routedCommand.LastRoute is not { Target: RouteTarget.Replica })
            throw new InvalidOperationException($"The read to be measured went to {_routedCommand.LastRoute}.");
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _plainOpen.Dispose();
        _plain.Dispose();
        _routedOpen.Dispose();
        _routed.Dispose();
    }

    [Benchmark(Description = "reused command: Npgsql", Baseline = true), BenchmarkCategory("1 reused command, sync")]
    public int PlainReused() => Read(_plainCommand);

    [Benchmark(Description = "reused command: routed"), BenchmarkCategory("1 reused command, sync")]
    public int RoutedReused() => Read(_routedCommand);

    [Benchmark(Description = "command per call: Npgsql", Baseline = true), BenchmarkCategory("2 command per call, sync")]
    public int PlainCommandPerCall() => Command(_plainOpen);

    [Benchmark(Description = "command per call: routed"), BenchmarkCategory("2 command per call, sync")]
    public int RoutedCommandPerCall() => Command(_routedOpen);

    [Benchmark(Description = "connection reopened per call: Npgsql", Baseline = true), BenchmarkCategory("3 reopened, sync")]
    public int PlainReopened() => Reopen(_plainClosed);

    [Benchmark(Description = "connection reopened per call: routed"), BenchmarkCategory("3 reopened, sync")]
    public int RoutedReopened() => Reopen(_routedClosed);

    [Benchmark(Description = "new connection per call: Npgsql", Baseline = true), BenchmarkCategory("4 new connection, sync")]
    public int PlainNewConnection()
    {
        using var connection = _plain.OpenConnection();
        return Command(connection);
    }

    [Benchmark(Description = "new connection per call: routed"), BenchmarkCategory("4 new connection, sync")]
    public int RoutedNewConnection()
    {
        using var connection = _routed.OpenConnection();
        return Command(connection);
    }

    [Benchmark(Description = "reused command, async: Npgsql", Baseline = true), BenchmarkCategory("5 reused command, async")]
    public Task<int> PlainReusedAsync() => ReadAsync(_plainCommand);

    [Benchmark(Description = "reused command, async: routed"), BenchmarkCategory("5 reused command, async")]
    public Task<int> RoutedReusedAsync() => ReadAsync(_routedCommand);

    [Benchmark(Description = "command per call, async: Npgsql", Baseline = true), BenchmarkCategory("6 command per call, async")]
    public Task<int> PlainCommandPerCallAsync() => CommandAsync(_plainOpen);

    [Benchmark(Description = "command per call, async: routed"), BenchmarkCategory("6 command per call, async")]
    public Task<int> RoutedCommandPerCallAsync() => CommandAsync(_routedOpen);

    [Benchmark(Description = "connection reopened per call, async: Npgsql", Baseline = true), BenchmarkCategory("7 reopened, async")]
    public Task<int> PlainReopenedAsync() => ReopenAsync(_plainClosed);

    [Benchmark(Description = "connection reopened per call, async: routed"), BenchmarkCategory("7 reopened, async")]
    public Task<int> RoutedReopenedAsync() => ReopenAsync(_routedClosed);

    [Benchmark(Description = "new connection per call, async: Npgsql", Baseline = true), BenchmarkCategory("8 new connection, async")]
    public async Task<int> PlainNewConnectionAsync()
    {
        await using var connection = await _plain.OpenConnectionAsync();
        return await CommandAsync(connection);
    }

    [Benchmark(Description = "new connection per call, async: routed"), BenchmarkCategory("8 new connection, async")]
    public async Task<int> RoutedNewConnectionAsync()
    {
        await using var connection = await _routed.OpenConnectionAsync();
        return await CommandAsync(connection);
    }

    // The same lines for both types: the overloads differ in nothing but the type's name.
    private static int Read(NpgsqlCommand command)
    {
        using var reader = command.ExecuteReader();
        reader.Read();
        return reader.GetInt32(0);
    }

    private static int Read(RoutingCommand command)
    {
        using var reader = command.ExecuteReader();
        reader.Read();
        return reader.GetInt32(0);
    }

    private static async Task<int> ReadAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetInt32(0);
    }

    private static async Task<int> ReadAsync(RoutingCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetInt32(0);
    }

    private static int Command(NpgsqlConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        return Read(command);
    }

    private static int Command(RoutingConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Sql;
        return Read(command);
    }

    private static async Task<int> CommandAsync(NpgsqlConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        return await ReadAsync(command);
    }

    private static async Task<int> CommandAsync(RoutingConnection connection)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        return await ReadAsync(command);
    }

    private static int Reopen(NpgsqlConnection connection)
    {
        connection.Open();
        var result = Command(connection);
        connection.Close();
        return result;
    }

    private static int Reopen(RoutingConnection connection)
    {
        connection.Open();
        var result = Command(connection);
        connection.Close();
        return result;
    }

    private static async Task<int> ReopenAsync(NpgsqlConnection connection)
    {
        await connection.OpenAsync();
        var result = await CommandAsync(connection);
        await connection.CloseAsync();
        return result;
    }

    private static async Task<int> ReopenAsync(RoutingConnection connection)
    {
        await connection.OpenAsync();
        var result = await CommandAsync(connection);
        await connection.CloseAsync();
        return result;
    }
}

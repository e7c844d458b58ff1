using Npgsql;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Tool;

/// <summary>A server that counts and logs its statements, and a workload that ran on it.</summary>
public sealed class WorkloadFixture : IAsyncLifetime
{
    public PostgresCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await TestPostgres.StartAsync(0, options =>
        {
            options.Settings["shared_preload_libraries"] = "pg_stat_statements";
            options.Settings["logging_collector"] = "on";
            options.Settings["log_destination"] = options.MajorVersion is 14 ? "stderr,csvlog" : "stderr,csvlog,jsonlog";
            options.Settings["log_directory"] = "log";
            options.Settings["log_filename"] = "server.log";
            options.Settings["log_file_mode"] = "0644";
            options.Settings["log_min_duration_statement"] = "0";
        });
        await Cluster.Primary.ExecuteAsync("""
            CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL);
            CREATE FUNCTION order_total(bigint) RETURNS bigint VOLATILE LANGUAGE sql AS 'SELECT $1 * 2';
            """);
        await Cluster.Primary.ExecuteAsync("CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset()");
        await using var source = NpgsqlDataSource.Create(Cluster.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        for (var i = 0; i < 3; i++)
            await RunAsync("INSERT INTO orders (item) VALUES ('tea, \"green\"\nand black')");
        for (var i = 0; i < 5; i++)
            await RunAsync($"SELECT item FROM orders\nWHERE id = {i} AND item <> 'a,\"b\"'");
        for (var i = 0; i < 2; i++)
            await RunAsync("SELECT order_total(7), generate_series(1, 4)");
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await RunAsync("SELECT count(*) FROM orders");
            await transaction.CommitAsync();
        }

        await RunAsync("SELECT count(*) FROM orders");

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    /// <summary>Waits until a log holds the last statement of the workload, and copies it where the tool may read it.</summary>
    public async Task<string> CopyLogAsync(string ending, string folder)
    {
        var source = Path.Combine(Cluster.Primary.DataDirectory, "log", "server." + ending);
        var copy = Path.Combine(folder, "server." + ending);
        await Until.TrueAsync(
            () =>
            {
                if (!File.Exists(source))
                    return false;
                File.Copy(source, copy, overwrite: true);
                var text = File.ReadAllText(copy);
                var commit = text.LastIndexOf("COMMIT", StringComparison.Ordinal);
                return commit > 0 && text.IndexOf("SELECT count(*) FROM orders", commit, StringComparison.Ordinal) > 0;
            },
            $"the log {source}");
        return copy;
    }
}

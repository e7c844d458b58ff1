using System.Text.Json;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.Tool;

public sealed class WorkloadTests(WorkloadFixture fixture) : IClassFixture<WorkloadFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("routing-workload-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Workload_PgStatStatements_CountsCallsTimeAndRows()
    {
        var report = await ReadAsync("--connection", fixture.Cluster.ConnectionString);

        var read = Find(report, "SELECT item FROM orders");
        Assert.Equal(("replica", "ProvenRead", 5L, null), (read.Route, read.Reason, read.Calls, read.Advice));
        var own = Find(report, "SELECT order_total");
        Assert.Equal(("primary", "VolatileFunction", "order_total", 2L, 8L), (own.Route, own.Reason, own.Token, own.Calls, own.Rows));
        Assert.Contains("mark function order_total STABLE, or add it to ReadOnlyFunctions", own.Advice, StringComparison.Ordinal);
        var write = Find(report, "INSERT INTO orders");
        Assert.Equal(("primary", "Write", 3L, 3L, null), (write.Route, write.Reason, write.Calls, write.Rows, write.Advice));
        Assert.Equal(2, Find(report, "SELECT count(*) FROM orders").Calls);
        Assert.Contains(report.Notes, note => note.Contains("transactions were begun", StringComparison.Ordinal));
        Assert.Contains(report.Statements, each => each.TimeMs > 0);

        // The shares are those of the list.
        Assert.Equal(report.Statements.Sum(each => each.Calls), report.Calls.Total);
        Assert.Equal(report.Statements.Where(each => each.Route == "replica").Sum(each => each.Calls), report.Calls.Replicas);
        Assert.Equal(report.Calls.Replicas / report.Calls.Total, report.Calls.Part, 6);
        Assert.InRange(report.TimeMs!.Part, 0.0, 1.0);
        Assert.Equal(report.Statements.Where(each => each.Route == "replica").Sum(each => each.Rows), (long)report.Rows!.Replicas);

        // What moves or could move comes first, by the time it takes.
        var could = report.Statements.TakeWhile(each => each.Route == "replica" || each.Advice is not null).ToList();
        Assert.DoesNotContain(report.Statements.Skip(could.Count), each => each.Route == "replica" || each.Advice is not null);
        Assert.Equal(could.OrderByDescending(each => each.TimeMs), could);
    }

    [Fact]
    public async Task Workload_WithTheAdviceAsOption_Moves()
    {
        var report = await ReadAsync("--connection", fixture.Cluster.ConnectionString, "--read-only-function", "order_total");
        Assert.Equal("replica", Find(report, "SELECT order_total").Route);
    }

    [Fact]
    public async Task Workload_RoleThatMayNotSeeTexts_SaysHowManyAreHidden()
    {
        await fixture.Cluster.Primary.ExecuteAsync("CREATE ROLE blind LOGIN PASSWORD 'x'");
        var connectionString = fixture.Cluster.GetConnectionString(username: "blind", password: "x");
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT 'its own'", connection);
            await command.ExecuteScalarAsync();
        }

        var report = await ReadAsync("--connection", connectionString);
        Assert.Contains(report.Notes, note => note.Contains("GRANT pg_read_all_stats", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Statements, each => each.Sql.Contains("orders", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("log")]
    public async Task Workload_ServerLog_KnowsWhatRanInTransactions(string ending)
    {
        var report = await ReadAsync(await fixture.CopyLogAsync(ending, _folder), "--connection", fixture.Cluster.ConnectionString);

        var read = Find(report, "SELECT item FROM orders");
        Assert.Equal(("replica", 5L), (read.Route, read.Calls)); // literals make no difference
        Assert.True(read.TimeMs > 0);
        Assert.Null(read.Rows);
        var counts = report.Statements.Where(each => each.Sql == "SELECT count(*) FROM orders").ToList();
        Assert.Equal(["InTransaction", "ProvenRead"], counts.Select(each => each.Reason).Order());
        Assert.All(counts, each => Assert.Equal(1, each.Calls));
        Assert.Contains("readOnly: true", counts.Single(each => each.Reason == "InTransaction").Advice, StringComparison.Ordinal);
        var write = Find(report, "INSERT INTO orders");
        Assert.Equal(("primary", 3L), (write.Route, write.Calls));
        Assert.Contains("'tea, \"green\"\nand black'", write.Sql, StringComparison.Ordinal);
        Assert.Null(report.Rows);
        Assert.Empty(report.Notes);
    }

    [Fact]
    public async Task Workload_FolderOfSql_CountsEachStatement()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "a.sql"), "SELECT 1; SELECT now(); BEGIN; SELECT 2; COMMIT; SELECT order_total(1);");
        await File.WriteAllTextAsync(Path.Combine(_folder, "sub", "b.sql"), "-- twice\nSELECT 1;\nSELECT 1;");
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.md"), "# not asked for");
        var run = await ToolRun.RunAsync("workload", _folder);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("Could go to replicas: 50.0% of calls\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("UnknownFunction (order_total)", run.Output, StringComparison.Ordinal);
        Assert.Contains("give --connection", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workload_WithoutTheExtension_SaysHowToGetIt()
    {
        await fixture.Cluster.Primary.ExecuteAsync("CREATE DATABASE plain");
        (await ToolRun.RunAsync("workload", "--connection", fixture.Cluster.GetConnectionString(database: "plain")))
            .AssertRefused("workload", "run CREATE EXTENSION pg_stat_statements", fixture.Cluster.Options.Password);
    }

    [Theory]
    [InlineData("a.sql", "The quick brown fox jumps; over the lazy dog;", "is not SQL")]
    [InlineData("b.sql", "-- nothing but a comment", "holds no SQL statement")]
    [InlineData("c.sql", "SELECT 1\0", "is not SQL")]
    [InlineData("d.log", "Nov 22 host kernel: nothing of a database", "holds no statements")]
    [InlineData("e.csv", "", "holds no statements")]
    public async Task Workload_FileOfSomethingElse_IsRefused(string name, string content, string what)
    {
        var file = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(file, content);
        (await ToolRun.RunAsync("workload", file)).AssertRefused("workload", what);
    }

    [Fact]
    public async Task Workload_FileOfBytes_IsRefused()
    {
        var file = Path.Combine(_folder, "image.sql");
        await File.WriteAllBytesAsync(file, [0x89, 0x50, 0x4E, 0x47, 0xFF, 0xFE]);
        (await ToolRun.RunAsync("workload", file)).AssertRefused("workload", "is not UTF-8 text");
    }

    [Fact]
    public async Task Workload_NothingThere_IsRefused()
    {
        (await ToolRun.RunAsync("workload", Path.Combine(_folder, "none.log"))).AssertRefused("workload", "does not exist");
        (await ToolRun.RunAsync("workload", _folder)).AssertRefused("workload", "holds no .sql file");
    }

    private static async Task<Report> ReadAsync(params string[] arguments)
    {
        var run = await ToolRun.RunAsync(["workload", .. arguments, "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return JsonSerializer.Deserialize<Report>(run.Output, JsonSerializerOptions.Web)!;
    }

    private static Statement Find(Report report, string beginning) =>
        Assert.Single(report.Statements, each => each.Sql.StartsWith(beginning, StringComparison.Ordinal));

    private sealed record Report(Share Calls, Share? TimeMs, Share? Rows, List<string> Notes, List<Statement> Statements);

    private sealed record Share(double Total, double Replicas)
    {
        [System.Text.Json.Serialization.JsonPropertyName("share")]
        public double Part { get; init; }
    }

    private sealed record Statement(string Route, string Reason, string Token, long Calls, double? TimeMs, long? Rows, string Sql, string? Advice);
}

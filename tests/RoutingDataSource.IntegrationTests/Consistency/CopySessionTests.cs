using Npgsql;

namespace ReplicaRouting.IntegrationTests.Consistency;

/// <summary>COPY in a session: when it ends is told by nobody, and yet it frees the session.</summary>
public sealed class CopySessionTests
{
    private const string Binary = "COPY t FROM STDIN (FORMAT binary)";

    // PostgreSQL manual, COPY, binary format: signature, flags, no extension; one field of four bytes; the trailer.
    private static readonly byte[] OneRow = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 1, 0xFF, 0xFF];

    public static TheoryData<string> Kinds => ["binary", "binary sync", "abandoned", "text", "text sync", "raw", "raw sync", "export"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Copy_Ended_FreesTheSessionThoughItsConnectionIsNotUsedAgain(string kind)
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await using var writer = await source.OpenConnectionAsync();

        await using (var copy = await BeginAsync(kind, writer))
        {
            await WaitForNewProbesAsync(source);
            for (var i = 0; i < 20; i++) // while it may still write, nothing frees the session
                Assert.Equal((kind == "export" ? 1L : 0L, RouteTarget.Primary), await CountAsync(source)); // a short export has run when its first row is here
            await copy.CompleteAsync();
        }

        var expected = kind == "abandoned" ? 0L : 1L;
        await Until.TrueAsync(async () =>
        {
            var (value, target) = await CountAsync(source);
            Assert.Equal(expected, value);
            return target == RouteTarget.Replica;
        }, "the session to be free though the connection that copied is open and idle");
        await writer.RunAsync("INSERT INTO t VALUES (2)");
        Assert.Equal(expected + 1, (await CountAsync(source)).Value);
    }

    [Fact]
    public async Task Copy_ThatCannotBegin_FreesTheSession()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await using var writer = await source.OpenConnectionAsync();
        Assert.Throws<PostgresException>(() => writer.BeginBinaryImport("COPY nowhere FROM STDIN (FORMAT binary)"));
        await Assert.ThrowsAsync<PostgresException>(() => writer.BeginTextImportAsync("COPY nowhere FROM STDIN"));
        await Until.TrueAsync(async () => (await source.RunAsync("SELECT 1")).Route.Target == RouteTarget.Replica, "the session to be free");
    }

    [Fact]
    public async Task Copy_InATransaction_FreesTheSessionWithItsEnd()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await cluster.WaitForReplayAsync();
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        using var session = RoutingSession.Begin();
        await using var writer = await source.OpenConnectionAsync();
        await using (var transaction = await writer.BeginTransactionAsync())
        {
            await using (var copy = await BeginAsync("binary", writer))
                await copy.CompleteAsync();
            await WaitForNewProbesAsync(source);
            for (var i = 0; i < 20; i++)
                Assert.Equal((0L, RouteTarget.Primary), await CountAsync(source));
            await transaction.CommitAsync();
        }

        await Until.TrueAsync(async () => await CountAsync(source) == (1L, RouteTarget.Replica), "the session to be free");
    }

    private static async Task<(long Value, RouteTarget Target)> CountAsync(RoutingDataSource source)
    {
        var (value, route) = await source.RunAsync("SELECT count(*) FROM t");
        return ((long)value!, route.Target);
    }

    private static Task WaitForNewProbesAsync(RoutingDataSource source)
    {
        var version = source.Cluster.Version;
        return Until.TrueAsync(() => source.Cluster.Version > version + 4, "positions that are newer than the copy's beginning");
    }

    private static async Task<Copy> BeginAsync(string kind, RoutingConnection writer)
    {
        switch (kind)
        {
            case "binary" or "binary sync" or "abandoned":
                var import = kind == "binary sync" ? writer.BeginBinaryImport(Binary) : await writer.BeginBinaryImportAsync(Binary);
                await import.StartRowAsync();
                await import.WriteAsync(1);
                return new(async () => _ = kind == "abandoned" ? 0 : await import.CompleteAsync(), import);
            case "text" or "text sync":
                TextWriter text = kind == "text" ? await writer.BeginTextImportAsync("COPY t FROM STDIN") : writer.BeginTextImport("COPY t FROM STDIN");
                return new(() => text.WriteAsync("1\n"), text);
            case "raw" or "raw sync":
                Stream raw = kind == "raw" ? await writer.BeginRawBinaryCopyAsync(Binary) : writer.BeginRawBinaryCopy(Binary);
                return new(async () => await raw.WriteAsync(OneRow), raw);
            case "export":
                var export = await writer.BeginTextExportAsync("COPY (INSERT INTO t VALUES (1) RETURNING i) TO STDOUT");
                return new(async () => Assert.Equal("1\n", await export.ReadToEndAsync()), new Ending(export.Dispose));
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, null);
        }
    }

    private sealed class Copy(Func<Task> complete, IAsyncDisposable copy) : IAsyncDisposable
    {
        public Task CompleteAsync() => complete();

        public ValueTask DisposeAsync() => copy.DisposeAsync();
    }

    private sealed class Ending(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }
}

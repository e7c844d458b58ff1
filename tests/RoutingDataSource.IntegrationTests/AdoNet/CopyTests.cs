using Npgsql;
using NpgsqlTypes;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class CopyTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task BinaryCopy_InAndOut_MovesTheRows(bool async) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        dynamic own = connection;
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        const string In = "COPY item FROM STDIN (FORMAT binary)";
        using (NpgsqlBinaryImporter importer = async ? await own.BeginBinaryImportAsync(In) : own.BeginBinaryImport(In))
        {
            for (var i = 100; i < 105; i++)
            {
                importer.StartRow();
                importer.Write(i, NpgsqlDbType.Integer);
                importer.Write($"copied {i}");
            }

            seen.Add(async ? await importer.CompleteAsync() : importer.Complete());
        }

        using (NpgsqlBinaryImporter abandoned = own.BeginBinaryImport(In))
            abandoned.WriteRow(200, "lost");
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        const string Out = "COPY (SELECT * FROM item WHERE id >= 100 ORDER BY id) TO STDOUT (FORMAT binary)";
        using (NpgsqlBinaryExporter exporter = async ? await own.BeginBinaryExportAsync(Out) : own.BeginBinaryExport(Out))
        {
            while (exporter.StartRow() != -1)
            {
                seen.Add(exporter.Read<int>());
                seen.Add(exporter.Read<string>());
            }
        }

        seen.Throws(() => own.BeginBinaryImport("SELECT 1"));
        seen.Throws(() => own.BeginBinaryImport("COPY no_such_table FROM STDIN (FORMAT binary)"));
        seen.Throws(() => own.BeginBinaryImport(null));
        seen.Add(connection.Scalar("SELECT 1"));
    });

    [Fact]
    public Task Copy_OnAConnectionThatIsNotOpen_IsRefusedInTheSameOrder() => SameAsync(async (source, seen) =>
    {
        await using var connection = source.CreateConnection();
        dynamic own = connection;
        for (var round = 0; round < 2; round++)
        {
            seen.Throws(() => own.BeginBinaryImport("SELECT 1"));
            seen.Throws(() => own.BeginBinaryImport("COPY item FROM STDIN (FORMAT binary)"));
            seen.Throws(() => own.BeginTextExport("COPY item FROM STDIN"));
            seen.Throws(() => own.BeginTextExport("COPY item TO STDOUT"));
            seen.Throws(() => own.BeginRawBinaryCopy("SELECT 1"));
            await seen.ThrowsAsync(async () => await own.BeginTextImportAsync("SELECT 1"));
            await seen.ThrowsAsync(async () => await own.BeginTextImportAsync("COPY item FROM STDIN"));
            await seen.ThrowsAsync(async () => await own.BeginBinaryExportAsync("COPY item TO STDOUT (FORMAT binary)"));
            await connection.DisposeAsync();
        }
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task TextCopy_InAndOut_MovesTheRows(bool async) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        dynamic own = connection;
        using (TextWriter writer = async ? await own.BeginTextImportAsync("COPY item FROM STDIN") : own.BeginTextImport("COPY item FROM STDIN"))
            writer.Write("100\tone\n101\t\\N\n");
        using (TextReader reader = async ? await own.BeginTextExportAsync("COPY item TO STDOUT") : own.BeginTextExport("COPY item TO STDOUT"))
            seen.Add(await reader.ReadToEndAsync());
        seen.Throws(() =>
        {
            using TextWriter writer = own.BeginTextImport("COPY item FROM STDIN");
            writer.Write("not a number\tx\n");
        });
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task RawCopy_OutAndIn_MovesTheBytes(bool async) => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        dynamic own = connection;
        var bytes = new MemoryStream();
        const string Out = "COPY item TO STDOUT (FORMAT binary)";
        using (Stream stream = async ? await own.BeginRawBinaryCopyAsync(Out) : own.BeginRawBinaryCopy(Out))
            stream.CopyTo(bytes);
        seen.Add(bytes.Length);
        connection.Execute("TRUNCATE item");
        using (Stream stream = own.BeginRawBinaryCopy("COPY item FROM STDIN (FORMAT binary)"))
            stream.Write(bytes.ToArray());
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
    });

    [Fact]
    public Task Copy_InATransaction_IsRolledBackWithIt() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using (connection.BeginTransaction())
        {
            using (TextWriter writer = ((dynamic)connection).BeginTextImport("COPY item FROM STDIN"))
                writer.Write("100\tone\n");
            seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        }

        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
    });

    [Fact]
    public async Task CopyIn_ThenARead_ShowsTheRowsByDefault()
    {
        var schema = await CreateSchemaAsync();
        await using var source = Routed(schema, readYourWrites: ReadYourWrites.Connection);
        await using var connection = await source.OpenConnectionAsync();
        await using (var writer = await connection.BeginTextImportAsync("COPY item FROM STDIN"))
            await writer.WriteAsync("100\tone\n");
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM item";
        Assert.Equal(11L, await command.ExecuteScalarAsync());
        Assert.Equal(RouteReason.ReadYourWrites, command.LastRoute!.Value.Reason);
    }
}

using System.Data;
using System.Data.Common;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class SchemaTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Theory]
    [InlineData("MetaDataCollections")]
    [InlineData("Restrictions")]
    [InlineData("ReservedWords")]
    [InlineData("DataSourceInformation")]
    [InlineData("DataTypes")]
    [InlineData("NoSuchThing")]
    [InlineData("")]
    [InlineData(null)]
    public Task GetSchema_OpenAndClosed_AnswersAsPlain(string? collection) => SameAsync(async (source, seen) =>
    {
        await using var connection = source.CreateConnection();
        seen.Throws(() => seen.Add(connection.GetSchema(collection!).Rows.Count));
        await connection.OpenAsync();
        seen.Throws(() => seen.Add(connection.GetSchema(collection!).Rows.Count));
        await seen.ThrowsAsync(async () => seen.Add((await connection.GetSchemaAsync(collection!)).Rows.Count));
        seen.Add(connection.GetSchema().Rows.Count);
        seen.Add((await connection.GetSchemaAsync()).Rows.Count);
    });

    [Fact]
    public Task GetSchema_OfColumns_ListsThem() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        var schema = (string)connection.Scalar("SELECT current_schema()")!;
        var columns = await connection.GetSchemaAsync("Columns", [null, schema, "item"]);
        seen.Add(columns.Rows.Cast<DataRow>().Select(row => row["column_name"]));
        seen.Add(connection.GetSchema("Tables", [null, schema]).Rows.Count);
    });

    [Fact]
    public Task GetSchemaTable_WithKeyInfo_NamesTheKey() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command("SELECT id, name FROM item");
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.KeyInfo | CommandBehavior.SchemaOnly);
        var table = (await reader.GetSchemaTableAsync())!;
        seen.Add(table.Rows.Cast<DataRow>().Select(row => $"{row["ColumnName"]} {row["IsKey"]} {row["BaseTableName"]} {row["AllowDBNull"]}"));
        seen.Add((await reader.GetColumnSchemaAsync()).Select(column => $"{column.ColumnName} {column.DataTypeName} {column.IsUnique}"));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task DataAdapter_FillAndUpdate_WorkAsPlain(bool open) => SameAsync((source, seen) =>
    {
        using var connection = source.CreateConnection();
        if (open)
            connection.Open();
        var factory = DbProviderFactories.GetFactory(connection)!;
        using var adapter = factory.CreateDataAdapter()!;
        adapter.SelectCommand = connection.Command("SELECT id, name FROM item ORDER BY id");
        using var builder = factory.CreateCommandBuilder()!;
        builder.DataAdapter = adapter;
        using var table = new DataTable();
        adapter.MissingSchemaAction = MissingSchemaAction.AddWithKey;
        seen.Add(adapter.Fill(table));
        table.Rows[0]["name"] = "changed";
        table.Rows[1].Delete();
        table.Rows.Add(50, "added");
        seen.Add(adapter.Update(table));
        seen.Add(connection.State);
        if (!open)
            connection.Open();
        seen.Add(connection.Rows("SELECT * FROM item WHERE id IN (1, 2, 50) ORDER BY id"));
        seen.Add(builder.QuoteIdentifier("a\"b"));
    });

    [Fact]
    public async Task ProviderFactory_FromTheConnection_MakesFittingObjects() => await RoutedAsync((source, _) =>
    {
        using var connection = source.OpenConnection();
        var factory = DbProviderFactories.GetFactory(connection)!;
        Assert.Same(RoutingProviderFactory.Instance, factory);
        DbProviderFactories.RegisterFactory("Routing", typeof(RoutingProviderFactory));
        Assert.Same(factory, DbProviderFactories.GetFactory("Routing"));
        using var command = factory.CreateCommand()!;
        command.Connection = connection;
        command.CommandText = "SELECT 1";
        Assert.Equal(1, command.ExecuteScalar());
        using var batch = factory.CreateBatch();
        batch.Connection = connection;
        batch.BatchCommands.Add(factory.CreateBatchCommand());
        batch.BatchCommands[0].CommandText = "SELECT 2";
        Assert.Equal(2, batch.ExecuteScalar());
        Assert.IsType<NpgsqlParameter>(factory.CreateParameter());
        Assert.IsType<NpgsqlConnectionStringBuilder>(factory.CreateConnectionStringBuilder());
        using var ofString = factory.CreateConnection()!;
        ofString.ConnectionString = Cluster.ConnectionString;
        ofString.Open();
        Assert.Equal(3, ofString.Scalar("SELECT 3"));
        using var made = factory.CreateDataSource(Cluster.ConnectionString);
        Assert.IsType<RoutingDataSource>(made);
        return Task.CompletedTask;
    });

    [Fact]
    public Task Enums_OnEveryServer_AreMapped() => SameAsync(
        async (source, seen) =>
        {
            await using (var connection = await source.OpenConnectionAsync())
            {
                connection.Execute("CREATE TYPE colour AS ENUM ('red', 'green')");
                connection.Execute("CREATE TABLE painted (c colour)");
                ((dynamic)connection).ReloadTypes();
            }

            for (var i = 0; i < 4; i++)
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var insert = connection.Command("INSERT INTO painted VALUES ($1)", Colour.Green);
                await insert.ExecuteNonQueryAsync();
                await using var command = connection.Command("SELECT c, $1 FROM painted LIMIT 1", Colour.Red);
                await using var reader = await command.ExecuteReaderAsync();
                await reader.ReadAsync();
                seen.Add(reader.GetFieldValue<Colour>(0));
                seen.Add(reader.GetFieldValue<Colour>(1));
            }

            await using var last = source.CreateCommand("DROP TABLE painted; DROP TYPE colour");
            await last.ExecuteNonQueryAsync();
        },
        configure: builder => builder.MapEnum<Colour>("colour"));

    public enum Colour
    {
        Red,
        Green,
    }
}

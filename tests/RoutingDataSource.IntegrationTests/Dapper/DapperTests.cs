using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using Comparison = ReplicaRouting.IntegrationTests.AdoNet.Comparison; // and not its extensions, which Dapper's are named like

namespace ReplicaRouting.IntegrationTests.DapperTests;

public sealed class DapperTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    protected override string Setup => base.Setup + """
        ;
        CREATE TABLE owner (id int PRIMARY KEY, item_id int, title text); INSERT INTO owner SELECT i, i, 'owner ' || i FROM generate_series(1, 3) i;
        CREATE TABLE tagged (id int, tags text[], doc jsonb);
        CREATE PROCEDURE store(n int, name text) LANGUAGE sql AS 'INSERT INTO item VALUES (n, name)';
        CREATE FUNCTION double(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
        """;

    public static TheoryData<bool> OpenOrClosed => [true, false];

    [Theory]
    [MemberData(nameof(OpenOrClosed))]
    public Task Query_InItsForms_AnswersAsPlain(bool open) => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open);
        seen.Add(connection.Query<Item>("SELECT * FROM item WHERE id < @max ORDER BY id", new { max = 4 }));
        seen.Add(await connection.QueryAsync<Item>("SELECT * FROM item WHERE id = @id", new { id = 5 }));
        seen.Add(connection.QuerySingle<long>("SELECT count(*) FROM item"));
        seen.Add(await connection.QueryFirstOrDefaultAsync<string>("SELECT name FROM item WHERE id = 999"));
        seen.Add(await connection.ExecuteScalarAsync<string>("SELECT name FROM item WHERE id = 1"));
        seen.Throws(() => connection.QuerySingle<Item>("SELECT * FROM item"));
        seen.Throws(() => connection.Query("SELECT 1 / 0"));
        await seen.ThrowsAsync(() => connection.QueryAsync("SELECT * FROM no_such_table"));
        seen.Add(connection.State);
    });

    [Theory]
    [MemberData(nameof(OpenOrClosed))]
    public Task Execute_OneAndMany_ChangesAsPlain(bool open) => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open);
        seen.Add(connection.Execute("INSERT INTO item VALUES (@Id, @Name)", new { Id = 20, Name = "one" }));
        seen.Add(connection.Execute("INSERT INTO item VALUES (@Id, @Name)", Enumerable.Range(30, 5).Select(id => new { Id = id, Name = "many" })));
        seen.Add(await connection.ExecuteAsync("UPDATE item SET name = 'x' WHERE id = @id", new[] { new { id = 1 }, new { id = 2 } }));
        seen.Add(await connection.ExecuteAsync("store", new { n = 50, name = "stored" }, commandType: CommandType.StoredProcedure));
        seen.Add(connection.Query<Item>("SELECT * FROM item WHERE id NOT BETWEEN 3 AND 10 ORDER BY id"));
        seen.Throws(() => connection.Execute("INSERT INTO item VALUES (1, 'twice')"));
        seen.Add(connection.State);
    });

    [Fact]
    public Task ArraysAndLists_AsParameters_AreOnesAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open: true);
        seen.Add(connection.Query<int>("SELECT id FROM item WHERE id = ANY(@ids) ORDER BY id", new { ids = new[] { 1, 3, 99 } }));
        seen.Add(connection.Query<int>("SELECT id FROM item WHERE id = ANY(@ids) ORDER BY id", new { ids = new List<int> { 2, 4 } }));
        seen.Throws(() => connection.Query<int>("SELECT id FROM item WHERE id IN @ids", new { ids = new[] { 1 } }));
        seen.Add(connection.Execute("INSERT INTO tagged (id, tags) VALUES (1, @tags)", new { tags = new[] { "a", "b" } }));
        seen.Add(await connection.QuerySingleAsync<string[]>("SELECT tags FROM tagged"));
    });

    [Fact]
    public Task QueryMultipleAndMultiMapping_OverTables_AnswerAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open: false);
        await using (var results = await connection.QueryMultipleAsync("SELECT count(*) FROM item; SELECT * FROM owner ORDER BY id; SELECT 7"))
        {
            seen.Add(await results.ReadSingleAsync<long>());
            seen.Add((await results.ReadAsync<Owner>()).Count());
            seen.Add(await results.ReadSingleAsync<int>());
        }

        seen.Add(connection.State);
        seen.Add(connection.Query<Item, Owner, string>(
            "SELECT i.id, i.name, o.id, o.title FROM item i JOIN owner o ON o.item_id = i.id ORDER BY i.id",
            (item, owner) => $"{item.Name} of {owner.Title}",
            splitOn: "id"));
    });

    [Fact]
    public Task UnbufferedAndStreamed_EvenAbandoned_CloseTheConnection() => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open: false);
        foreach (var item in connection.Query<Item>("SELECT * FROM item ORDER BY id", buffered: false))
        {
            seen.Add(item);
            if (item.Id == 3)
                break;
        }

        seen.Add(connection.State);
        await foreach (var item in connection.QueryUnbufferedAsync<Item>("SELECT * FROM item ORDER BY id"))
        {
            seen.Add(item);
            if (item.Id == 2)
                break;
        }

        seen.Add(connection.State);
        using (var reader = connection.ExecuteReader("SELECT * FROM item"))
            seen.Add(reader.Read());
        seen.Add(connection.State);
        seen.Throws(() => seen.Add(connection.Query<int>("SELECT 1 / (3 - i) FROM generate_series(1, 5) i", buffered: false).ToList()));
        seen.Add(connection.State);
    });

    [Fact]
    public Task CommandDefinitions_WithTheirFlags_AnswerAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open: true);
        await using var transaction = await connection.BeginTransactionAsync();
        seen.Add(await connection.ExecuteAsync(new CommandDefinition("INSERT INTO item VALUES (60, 'in')", transaction: transaction, commandTimeout: 5)));
        seen.Add(await connection.QuerySingleAsync<long>(new CommandDefinition("SELECT count(*) FROM item", transaction: transaction, flags: CommandFlags.NoCache)));
        await transaction.RollbackAsync();
        seen.Throws(() => connection.Execute("SELECT 1", transaction: transaction));
        await seen.ThrowsAsync(() => connection.ExecuteAsync(new CommandDefinition("SELECT 1", cancellationToken: new CancellationToken(true))));
        seen.Add((await connection.QueryAsync<Item>(new CommandDefinition("SELECT * FROM item WHERE id = 1", flags: CommandFlags.None))).Single());
        await seen.ThrowsAsync(() => connection.ExecuteAsync(
            new CommandDefinition("INSERT INTO item VALUES (@id, 'piped')", new[] { new { id = 70 } }, flags: CommandFlags.Pipelined)));
        seen.Add(connection.QuerySingle<long>("SELECT count(*) FROM item"));
    });

    [Fact]
    public Task CustomParameters_ThatCastToNpgsqls_Work() => SameAsync(async (source, seen) =>
    {
        await using var connection = Connection(source, open: false);
        seen.Add(connection.Execute("INSERT INTO tagged (id, doc) VALUES (5, @doc)", new { doc = new Json("""{"a": 1}""") }));
        seen.Add(await connection.QuerySingleAsync<string>("SELECT doc->>'a' FROM tagged WHERE doc @> @doc", new { doc = new Json("""{"a": 1}""") }));
        var parameters = new DynamicParameters();
        parameters.Add("n", 21, DbType.Int32);
        seen.Add(connection.QuerySingle<int>("SELECT double(@n)", parameters));
    });

    [Fact]
    public async Task Query_OnAClosedConnection_ReadsFromAReplica() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = source.CreateConnection();
        Assert.Equal("on", await connection.ExecuteScalarAsync<string>("SELECT current_setting('hot_standby')"));
        Assert.All(source.Nodes, node => Assert.Equal(0, node.InUse));
        Assert.Equal(ConnectionState.Closed, connection.State);
    });

    private static DbConnection Connection(DbDataSource source, bool open) => open ? source.OpenConnection() : source.CreateConnection();

    public sealed record Item(int Id, string? Name);

    public sealed record Owner(int Id, int Item_Id, string Title)
    {
        public Owner(int id, string title)
            : this(id, 0, title)
        {
        }
    }

    private sealed class Json(string text) : SqlMapper.ICustomQueryParameter
    {
        public void AddParameter(IDbCommand command, string name)
        {
            var collection = (NpgsqlParameterCollection)command.Parameters;
            collection.Add(new NpgsqlParameter(name, NpgsqlDbType.Jsonb) { Value = text });
        }
    }
}

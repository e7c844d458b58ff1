using System.Data;
using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace ReplicaRouting.IntegrationTests.AdoNet;

public sealed class CommandTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    protected override string Setup => base.Setup + """
        ;
        CREATE FUNCTION add(a int, b int, OUT total int, OUT product int) LANGUAGE sql IMMUTABLE AS 'SELECT a + b, a * b';
        CREATE PROCEDURE twice(INOUT n int) LANGUAGE plpgsql AS 'BEGIN n := n * 2; END';
        CREATE PROCEDURE store(n int, name text) LANGUAGE sql AS 'INSERT INTO item VALUES (n, name)';
        CREATE FUNCTION two_cursors() RETURNS SETOF refcursor LANGUAGE plpgsql AS
            'DECLARE a refcursor := ''one''; b refcursor := ''two''; BEGIN OPEN a FOR SELECT 1; RETURN NEXT a; OPEN b FOR SELECT 2; RETURN NEXT b; END';
        """;

    [Fact]
    public Task Execute_ReadsAndWrites_AnswerAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Add(connection.Scalar("SELECT count(*) FROM item"));
        seen.Add(connection.Execute("INSERT INTO item VALUES (11, 'eleven'), (12, NULL)"));
        seen.Add(connection.Rows("SELECT * FROM item WHERE id > $1 ORDER BY id", 8));
        seen.Add(connection.Execute("UPDATE item SET name = 'x' WHERE id = $1", 11));
        seen.Add(connection.Scalar("SELECT name FROM item WHERE id = 11"));
        seen.Add(connection.Scalar("SELECT name FROM item WHERE id = 999"));
        seen.Add(connection.Scalar("SELECT name FROM item WHERE id = 12"));
        seen.Add(connection.Execute("SELECT * FROM item"));
        seen.Add(connection.Execute("DELETE FROM item WHERE id > 10"));
    });

    [Fact]
    public Task Execute_StatementsThatFail_ThrowAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Throws(() => connection.Scalar("SELECT 1 / 0"));
        seen.Throws(() => connection.Scalar("SELECT * FROM no_such_table"));
        seen.Throws(() => connection.Scalar("SELEKT"));
        seen.Throws(() => connection.Execute("INSERT INTO item VALUES (1, 'twice')"));
        seen.Throws(() => connection.Scalar(""));
        seen.Throws(() => connection.Scalar("SELECT @missing"));
        seen.Throws(() => connection.Scalar("SELECT 1 WHERE $1", "not a bool"));
        seen.Add(connection.IsOpen());
        seen.Add(connection.Scalar("SELECT 1"));
    });

    [Fact]
    public Task Execute_WithTooFewParameters_ThrowsAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        seen.Throws(() => connection.Scalar("SELECT $1")); // breaks the connection to the server
        using var another = source.Opened();
        seen.Throws(() => another.Scalar("SELECT $1", new object())); // so does this
        using var last = source.Opened();
        seen.Add(last.Scalar("SELECT 1"));
    });

    [Fact]
    public async Task ExecuteReader_OfARead_IsNpgsqlsOwnReader() => await RoutedAsync(async (source, _) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT 1";
        await using (DbDataReader reader = await ((DbCommand)command).ExecuteReaderAsync())
            Assert.IsType<NpgsqlDataReader>(reader);
        Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
        Assert.IsType<NpgsqlParameter>(((DbCommand)command).CreateParameter());
        Assert.IsType<NpgsqlParameterCollection>(((DbCommand)command).Parameters);
        Assert.Same(command.Parameters, ((IDbCommand)command).Parameters);
        Assert.Same(connection, ((IDbCommand)command).Connection);
        Assert.Equal("NpgsqlConnection", connection.GetType().Name);
    });

    [Fact]
    public Task Parameters_OfEveryKind_StayInOneCollectionAcrossServers() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var command = connection.Command("SELECT $1::int + $2::int, $3::text, $4::int[], $5::jsonb, $6::timestamptz");
        foreach (var parameter in new[]
        {
            new NpgsqlParameter { Value = 1 }, new NpgsqlParameter<int> { TypedValue = 2 }, new NpgsqlParameter { Value = DBNull.Value },
            new NpgsqlParameter { Value = new[] { 1, 2, 3 } }, new NpgsqlParameter { Value = """{"a": 1}""", NpgsqlDbType = NpgsqlDbType.Jsonb },
            new NpgsqlParameter { Value = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc) },
        })
            command.Parameters.Add(parameter);
        for (var i = 0; i < 3; i++)
        {
            using (var reader = command.ExecuteReader())
                seen.Add(reader.Rows());
            connection.Execute("UPDATE item SET name = name"); // the next execution may use another server
            command.Parameters[0].Value = 10 + i;
        }

        using var other = connection.CreateCommand();
        seen.Throws(() => other.Parameters.Add(command.Parameters[0]));
        other.Parameters.Add(((ICloneable)command.Parameters[0]).Clone());
        other.CommandText = "SELECT $1";
        seen.Add(other.ExecuteScalar());
    });

    [Fact]
    public Task Parameters_OfADisposedCommand_CanBeUsedByAnother() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var parameter = new NpgsqlParameter("p", 5);
        using (var first = connection.Command("SELECT @p"))
        {
            first.Parameters.Add(parameter);
            seen.Add(first.ExecuteScalar());
        }

        using var second = connection.Command("SELECT @p + 1");
        seen.Throws(() => second.Parameters.Add(parameter));
        seen.Throws(() => seen.Add(second.ExecuteScalar()));
    });

    [Theory]
    [InlineData("")]
    [InlineData("Command Timeout=7")]
    [InlineData("Command Timeout=0")]
    public Task CommandTimeout_SetAndUnset_ReadsAsPlain(string settings) => SameAsync(
        (source, seen) =>
        {
            using var connection = source.CreateConnection();
            using var command = connection.CreateCommand();
            seen.Add(command.CommandTimeout);
            connection.Open();
            seen.Add(command.CommandTimeout);
            command.CommandText = "SELECT 1";
            command.ExecuteScalar();
            seen.Add(command.CommandTimeout);
            command.CommandTimeout = 3;
            command.ExecuteScalar();
            seen.Add(command.CommandTimeout);
            seen.Throws(() => command.CommandTimeout = -1);
            command.Dispose();
            seen.Add(connection.CreateCommand().CommandTimeout);
            using var batch = connection.CreateBatch();
            seen.Add(batch.Timeout);
            seen.Add(source.CreateCommand("SELECT 1").CommandTimeout);
        },
        settings);

    [Fact]
    public Task Procedures_WithOutputParameters_FillThemAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using (var command = connection.Command("SELECT * FROM add($1, $2)", 3, 4))
        {
            command.Parameters.Add(new NpgsqlParameter("total", DbType.Int32) { Direction = ParameterDirection.Output });
            seen.Throws(() => command.ExecuteNonQuery());
            seen.Add(command.Parameters[2].Value);
        }

        using (var command = connection.Command("CALL twice(@n)"))
        {
            command.Parameters.Add(new NpgsqlParameter("n", 21) { Direction = ParameterDirection.InputOutput });
            seen.Add(command.ExecuteNonQuery());
            seen.Add(command.Parameters[0].Value);
        }

        using (var command = connection.Command("store"))
        {
            command.CommandType = CommandType.StoredProcedure;
            command.Parameters.Add(new NpgsqlParameter { Value = 50 });
            command.Parameters.Add(new NpgsqlParameter { Value = "fifty" });
            seen.Add(command.ExecuteNonQuery());
        }

        seen.Add(connection.Scalar("SELECT name FROM item WHERE id = 50"));
    });

    [Fact]
    public Task TableDirect_OfATable_ReadsItAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var command = connection.Command("item");
        command.CommandType = CommandType.TableDirect;
        using var reader = command.ExecuteReader();
        seen.Add(reader.Rows().Count);
    });

    [Fact]
    public Task RefCursors_InATransaction_AreFetchedAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var transaction = connection.BeginTransaction();
        seen.Add(connection.Rows("SELECT two_cursors()"));
        seen.Add(connection.Rows("FETCH ALL FROM one"));
        seen.Add(connection.Rows("FETCH ALL FROM two"));
        seen.Throws(() => connection.Rows("FETCH ALL FROM three"));
    });

    [Fact]
    public Task MultipleStatements_InOneText_GiveAllTheirResults() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var command = connection.Command("SELECT 1; SELECT 2, 3; UPDATE item SET name = 'y' WHERE id < 4; SELECT name FROM item WHERE id = 1");
        using var reader = command.ExecuteReader();
        do
            seen.Add(reader.Rows());
        while (reader.NextResult());
        seen.Add(reader.RecordsAffected);
    });

    [Fact]
    public Task SequentialAccess_OfLargeValues_StreamsAsPlain() => SameAsync(async (source, seen) =>
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = connection.Command("SELECT i, repeat('x', 100000), decode(repeat('ab', 50000), 'hex') FROM generate_series(1, 20) i");
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess);
        var characters = 0;
        var bytes = 0L;
        while (await reader.ReadAsync())
        {
            seen.Add(reader.GetInt32(0));
            using (var text = reader.GetTextReader(1))
                characters += (await text.ReadToEndAsync()).Length;
            await using (var stream = reader.GetStream(2))
                bytes += stream.Length;
            seen.Throws(() => reader.GetInt32(0));
        }

        seen.Add(characters);
        seen.Add(bytes);
    });

    [Fact]
    public Task Clone_OfACommand_CopiesWhatPlainCopies() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using var command = connection.Command("SELECT $1", 5);
        command.CommandTimeout = 9;
        using var clone = (DbCommand)((ICloneable)command).Clone();
        seen.Add(clone.CommandText);
        seen.Add(clone.CommandTimeout);
        seen.Add(ReferenceEquals(clone.Connection, connection));
        seen.Add(clone.ExecuteScalar());
        seen.Add(command.ExecuteScalar());
        using var ofSource = source.CreateCommand("SELECT 1");
        seen.Throws(() => ((ICloneable)ofSource).Clone());
    });

    [Fact]
    public Task DisposedAndUnconnectedCommands_RefuseAsPlain() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        var command = connection.Command("SELECT 1");
        command.Dispose();
        command.Dispose();
        seen.Throws(() => command.ExecuteScalar());
        seen.Throws(() => command.CommandText = "SELECT 2");
        seen.Throws(() => command.Prepare());
        using var unconnected = connection.CreateCommand();
        unconnected.Connection = null;
        unconnected.CommandText = "SELECT 1";
        seen.Throws(() => unconnected.ExecuteScalar());
        seen.Throws(() => unconnected.Prepare());
        unconnected.Connection = connection;
        seen.Add(unconnected.ExecuteScalar());
        using var closed = source.CreateConnection();
        using var ofClosed = closed.Command("SELECT 1");
        seen.Throws(() => ofClosed.ExecuteScalar());
        seen.Throws(() => ofClosed.Prepare());
    });

    [Fact]
    public Task Recycling_OfDisposedCommands_HandsOutCleanOnes() => SameAsync((source, seen) =>
    {
        using var connection = source.Opened();
        using (var first = connection.Command("SELECT $1", 1))
        {
            first.CommandTimeout = 3;
            first.CommandType = CommandType.Text;
            first.ExecuteScalar();
        }

        using var second = connection.CreateCommand();
        seen.Add(second.CommandText);
        seen.Add(second.Parameters.Count);
        seen.Add(second.CommandTimeout);
        var open = connection.Command("SELECT generate_series(1, 3)");
        var reader = open.ExecuteReader();
        open.Dispose();
        using (var third = connection.CreateCommand())
        {
            third.CommandText = "SELECT 2";
            Assert.Throws<NpgsqlOperationInProgressException>(() => third.ExecuteScalar()); // Npgsql itself recycles too early and names the wrong command
        }

        seen.Add(reader.Rows());
        reader.Dispose();
        seen.Add(connection.Scalar("SELECT 3"));
    });
}

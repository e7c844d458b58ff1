using System.Data;
using System.Data.Common;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Npgsql's own commands and connection objects serve one connection of ours after the other. Nobody may notice.</summary>
public sealed class RecyclingTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    [Fact]
    public void CanReset_WithThisVersionOfNpgsql() => Assert.True(InnerCommand.CanReset);

    [Fact]
    public async Task CommandsAndConnections_OfDisposedConnections_AreUsedAgain() => await RoutedAsync(async (source, _) =>
    {
        // Otherwise the other tests here would pass without anything to watch.
        var inner = new HashSet<NpgsqlCommand>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < 10; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            using var command = connection.Command("SELECT $1::int", i);
            Assert.Equal(i, command.ExecuteScalar());
            inner.Add(OwnOf(command));
        }

        Assert.Single(inner);
    });

    [Fact]
    public async Task Parameters_HeldBeyondTheCommand_AreNotThoseOfTheNext() => await RoutedAsync(async (source, _) =>
    {
        NpgsqlParameterCollection held;
        RoutingCommand first;
        await using (var connection = await source.OpenConnectionAsync())
        {
            using (first = (RoutingCommand)connection.Command("SELECT $1::int", 1))
            {
                held = first.Parameters;
                first.ExecuteScalar();
            }
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            using var second = connection.CreateCommand();
            Assert.NotSame(held, second.Parameters);
            held.AddWithValue(99);
            first.Parameters.AddWithValue(98);
            Assert.Empty(second.Parameters);
            second.CommandText = "SELECT 5";
            Assert.Equal(5, second.ExecuteScalar());
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settings_OfACommand_AreNotThoseOfTheNext(bool isDisposed) => await SameAsync(async (source, seen) =>
    {
        await using (var connection = await source.OpenConnectionAsync())
        {
            var first = connection.Command("item");
            first.CommandTimeout = 77;
            first.CommandType = CommandType.TableDirect;
            first.UpdatedRowSource = UpdateRowSource.None;
            if (first is RoutingCommand routed)
                routed.AllResultTypesAreUnknown = true;
            else
                ((NpgsqlCommand)first).AllResultTypesAreUnknown = true;
            await using (var reader = await first.ExecuteReaderAsync())
                seen.Add(reader.Rows().Count, "first");
            if (isDisposed)
                first.Dispose();
        }

        await using (var connection = await source.OpenConnectionAsync())
        {
            using var second = connection.CreateCommand();
            seen.Add(second.CommandText, "text");
            seen.Add(second.CommandTimeout, "timeout");
            seen.Add(second.CommandType, "type");
            seen.Add(second.UpdatedRowSource, "rows");
            seen.Add(second.Parameters.Count, "parameters");
            second.CommandText = "SELECT id FROM item ORDER BY id LIMIT 1";
            seen.Add(second.ExecuteScalar(), "value"); // an int, not a text
        }
    });

    [Fact]
    public async Task Command_ThatOutlivesItsConnection_RunsOnAnother() => await SameAsync(async (source, seen) =>
    {
        DbCommand command;
        await using (var connection = await source.OpenConnectionAsync())
        {
            command = connection.Command("SELECT name FROM item WHERE id = $1", 3);
            seen.Add(command.ExecuteScalar(), "first");
        }

        await using (var other = await source.OpenConnectionAsync())
            seen.Add(other.Scalar("SELECT name FROM item WHERE id = $1", 4), "other"); // takes what the first has left
        seen.Add(command.CommandText, "text");
        seen.Add(command.Parameters.Count, "parameters");
        seen.Throws(() => command.ExecuteScalar(), "closed");
        await using (var third = await source.OpenConnectionAsync())
        {
            command.Connection = third;
            seen.Add(command.ExecuteScalar(), "again");
            command.Parameters[0].Value = 5;
            seen.Add(command.ExecuteScalar(), "changed");
        }

        command.Dispose();
    });

    [Fact]
    public async Task OutputParameters_AfterTheCommandIsDisposed_AreStillThere() => await SameAsync(
        async (source, seen) =>
        {
            var parameter = new NpgsqlParameter("result", NpgsqlTypes.NpgsqlDbType.Integer) { Direction = ParameterDirection.InputOutput, Value = 20 };
            await using (var connection = await source.OpenConnectionAsync())
            {
                using var command = connection.CreateCommand();
                command.CommandText = "twice";
                command.CommandType = CommandType.StoredProcedure;
                command.Parameters.Add(parameter);
                command.ExecuteNonQuery();
            }

            await using (var connection = await source.OpenConnectionAsync())
                seen.Add(connection.Scalar("SELECT $1::int", 1), "other");
            seen.Add(parameter.Value, "result");
        });

    [Fact]
    public async Task InnerObjects_ThatTheProgramHasSeen_AreLeftToIt() => await RoutedAsync(async (source, _) =>
    {
        NpgsqlCommand taken;
        NpgsqlConnection takenConnection;
        await using (var connection = await source.OpenConnectionAsync())
        {
            using var command = (RoutingCommand)connection.Command("SELECT 1");
            command.ExecuteScalar();
            taken = command.Inner;
            takenConnection = taken.Connection!;
        }

        for (var i = 0; i < 5; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            using var command = (RoutingCommand)connection.Command("SELECT 2");
            command.ExecuteScalar();
            Assert.NotSame(taken, OwnOf(command));
            Assert.NotSame(takenConnection, OwnOf(command).Connection);
        }
    });

    [Fact]
    public async Task Command_ThatNpgsqlsErrorHolds_StaysAsItIs() => await RoutedAsync(async (source, _) =>
    {
        NpgsqlOperationInProgressException error;
        await using (var connection = await source.OpenConnectionAsync())
        {
            var first = connection.Command("SELECT generate_series(1, 10)"); // not disposed: that would clear its text, as Npgsql's does
            using var reader = first.ExecuteReader();
            using var second = new RoutingCommand("SELECT 2") { Connection = connection };
            error = Assert.Throws<NpgsqlOperationInProgressException>(() => second.ExecuteScalar());
        }

        for (var i = 0; i < 3; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            connection.Scalar("SELECT 3");
        }

        Assert.Equal("SELECT generate_series(1, 10)", error.CommandInProgress!.CommandText);
    });

    [Fact]
    public async Task Notices_OfOneConnection_DoNotReachTheNext() => await RoutedAsync(async (source, _) =>
    {
        var heard = 0;
        await using (var connection = await source.OpenConnectionAsync())
        {
            connection.Notice += (_, _) => heard++;
            connection.Execute("DO $$ BEGIN RAISE NOTICE 'one'; END $$");
        }

        Assert.Equal(1, heard);
        await using (var connection = await source.OpenConnectionAsync())
            connection.Execute("DO $$ BEGIN RAISE NOTICE 'two'; END $$");
        Assert.Equal(1, heard);
    });

    [Fact]
    public async Task Cancel_OfACommandWhoseConnectionIsGone_CancelsNobody() => await RoutedAsync(async (source, _) =>
    {
        var commands = new List<DbCommand>();
        for (var i = 0; i < 4; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            var command = connection.Command("SELECT 1");
            command.ExecuteScalar();
            commands.Add(command);
        }

        await using var busy = await source.OpenConnectionAsync();
        using var running = busy.Command("SELECT 7 FROM pg_sleep(0.3)");
        var answer = running.ExecuteScalarAsync();
        while (!answer.IsCompleted)
            commands.ForEach(command => command.Cancel());
        Assert.Equal(7, await answer);
    });

    [Fact]
    public async Task DisposedTwice_GivesItsObjectsAwayOnce() => await RoutedAsync(async (source, _) =>
    {
        var connection = await source.OpenConnectionAsync();
        var command = connection.Command("SELECT 1");
        command.ExecuteScalar();
        command.Dispose();
        command.Dispose();
        connection.Dispose();
        await connection.DisposeAsync();
        await using var one = await source.OpenConnectionAsync();
        await using var other = await source.OpenConnectionAsync();
        using var first = one.Command("SELECT 1");
        using var second = other.Command("SELECT 2");
        Assert.NotSame(OwnOf(first), OwnOf(second));
        using var reader = first.ExecuteReader();
        Assert.Equal(2, second.ExecuteScalar());
        Assert.True(reader.Read());
        Assert.Equal(1, reader.GetInt32(0));
    });

    [Fact]
    public async Task ManyAtOnce_EachGetsItsOwnAnswer() => await RoutedAsync(
        async (source, _) =>
        {
            await Parallel.ForAsync(0, 16, async (worker, _) =>
            {
                for (var i = 0; i < 200; i++)
                {
                    var expected = (worker * 1000) + i;
                    await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
                    var command = (RoutingCommand)connection.Command("SELECT $1::int", expected);
                    switch (i % 5)
                    {
                        case 0:
                            Assert.Equal(expected, await command.ExecuteScalarAsync(CancellationToken.None));
                            break;
                        case 1:
                            Assert.Equal(expected, command.ExecuteScalar());
                            command.Dispose();
                            break;
                        case 2:
                            await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.CloseConnection, CancellationToken.None))
                            {
                                Assert.True(await reader.ReadAsync(CancellationToken.None));
                                Assert.Equal(expected, reader.GetInt32(0));
                            }

                            Assert.Equal(ConnectionState.Closed, connection.State);
                            break;
                        case 3:
                            command.CommandText = "SELECT $1::int / 0";
                            Assert.Equal(PostgresErrorCodes.DivisionByZero, Assert.Throws<PostgresException>(() => command.ExecuteScalar()).SqlState);
                            command.Dispose();
                            break;
                        default:
                            await using (var own = source.CreateCommand("SELECT $1::int"))
                            {
                                own.Parameters.AddWithValue(expected);
                                await using var reader = await own.ExecuteReaderAsync(CancellationToken.None);
                                Assert.True(await reader.ReadAsync(CancellationToken.None));
                                Assert.Equal(expected, reader.GetInt32(0));
                            }

                            break;
                    }
                }
            });
        },
        "Maximum Pool Size=20");

    protected override string Setup =>
        base.Setup + "; CREATE PROCEDURE twice(INOUT result int) LANGUAGE plpgsql AS $$ BEGIN result := result * 2; END $$";

    // Looking by Inner would keep it from being used again.
    private static NpgsqlCommand OwnOf(DbCommand command) =>
        (NpgsqlCommand)typeof(RoutingCommand).GetProperty("Own", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(command)!;
}

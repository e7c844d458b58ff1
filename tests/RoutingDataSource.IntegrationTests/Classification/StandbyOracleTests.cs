using System.Globalization;
using Npgsql;
using ReplicaRouting.Classification;
using Xunit.Abstractions;

namespace ReplicaRouting.IntegrationTests.Classification;

/// <summary>A real standby is asked about every statement of the corpus: what it refuses must never be called a read, and of what it accepts and
/// means, nearly all must be.</summary>
public sealed class StandbyOracleTests(ITestOutputHelper output)
{
    /// <summary>SQLSTATEs with which a standby says that the statement belongs on the primary.</summary>
    private static readonly HashSet<string> Refusals = ["25006", "0A000", "55000", "26000", "XX000"];

    [Fact]
    public async Task Classify_EveryStatementOfTheCorpus_AgreesWithAStandby()
    {
        var corpus = CorpusStatement.ReadAll();
        Assert.True(corpus.Count >= 2000, string.Create(CultureInfo.InvariantCulture, $"the corpus holds {corpus.Count} statements"));
        Assert.Equal(corpus.Count, corpus.Select(statement => statement.Sql).Distinct(StringComparer.Ordinal).Count());

        await using var cluster = await TestPostgres.StartAsync(replicas: 1);
        await using var primary = new NpgsqlConnection(cluster.Primary.ConnectionString);
        await primary.OpenAsync();
        await SetUpAsync(primary);
        var catalog = await LearnedCatalog.LoadAsync(primary);
        await cluster.WaitForReplayAsync();

        var misrouted = new List<string>();
        var missed = new List<string>();
        var invalid = new List<string>();
        int harmless = 0, refused = 0, silent = 0;
        await using var standby = new Standby(cluster.Replicas[0].ConnectionString);
        foreach (var statement in corpus)
        {
            var result = StatementClassifier.Classify(statement.Sql, catalog);
            var error = await standby.RunAsync(statement.Sql);
            var line = $"{error ?? "accepted"} {result.Reason} [{result.Token(statement.Sql)}]: {statement.Sql}";
            if (statement.Silent || (error is not null && Refusals.Contains(error)))
            {
                _ = statement.Silent ? silent++ : refused++;
                if (result.IsReadOnly)
                {
                    misrouted.Add(line);
                }
            }
            else if (error is null)
            {
                harmless++;
                if (!result.IsReadOnly)
                {
                    missed.Add(line);
                }
            }
            else
            {
                invalid.Add(line);
            }
        }

        var recall = 100.0 * (harmless - missed.Count) / harmless;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            PostgreSQL {cluster.ServerVersion}: {corpus.Count} statements; {harmless} harmless, {refused} refused by the standby, {silent} silently wrong there, {invalid.Count} errors anywhere
            misrouted: {misrouted.Count}
            recall: {recall:F2} % ({missed.Count} missed)
            """));
        foreach (var line in misrouted.Concat(missed))
        {
            output.WriteLine(line);
        }

        output.WriteLine("-- errors anywhere");
        foreach (var line in invalid)
        {
            output.WriteLine(line);
        }

        Assert.Empty(misrouted);
        Assert.True(recall >= 99.5, string.Join('\n', missed));
    }

    internal static async Task SetUpAsync(NpgsqlConnection primary)
    {
        var setup = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "corpus", "setup.sql"));
        await using var command = new NpgsqlCommand(setup, primary);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>One session on the standby, cleaned after each statement.</summary>
    private sealed class Standby(string connectionString) : IAsyncDisposable
    {
        private readonly string _connectionString =
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 20 }.ConnectionString;

        private NpgsqlConnection? _connection;

        /// <summary>Runs a text as one command outside of any transaction.</summary>
        /// <returns>The SQLSTATE of its error, or <see langword="null"/> when it was accepted.</returns>
        internal async Task<string?> RunAsync(string sql)
        {
            if (_connection is null || _connection.FullState != System.Data.ConnectionState.Open)
            {
                await DisposeAsync();
                _connection = new NpgsqlConnection(_connectionString);
                await _connection.OpenAsync();
            }

            try
            {
                if (IsCopyOut(sql))
                {
                    using var copy = await _connection.BeginTextExportAsync(sql);
                    await copy.ReadToEndAsync();
                }
                else
                {
                    await using var command = new NpgsqlCommand(sql, _connection);
                    await using var reader = await command.ExecuteReaderAsync();
                    do
                    {
                        while (await reader.ReadAsync())
                        {
                        }
                    }
                    while (await reader.NextResultAsync());
                }

                return null;
            }
            catch (PostgresException exception)
            {
                return exception.SqlState;
            }
            catch (Exception exception)
            {
                await DisposeAsync();
                return exception.GetType().Name;
            }
            finally
            {
                await CleanAsync();
            }
        }

        private static bool IsCopyOut(string sql) =>
            sql.StartsWith("COPY", StringComparison.OrdinalIgnoreCase) && sql.Contains("STDOUT", StringComparison.Ordinal) && !sql.Contains("; ", StringComparison.Ordinal);

        private async Task CleanAsync()
        {
            try
            {
                await using var command = new NpgsqlCommand("ROLLBACK", _connection);
                await command.ExecuteNonQueryAsync();
                command.CommandText = "DISCARD ALL";
                await command.ExecuteNonQueryAsync();
            }
            catch (Exception)
            {
                await DisposeAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_connection is not null)
            {
                await _connection.DisposeAsync();
            }

            _connection = null;
        }
    }
}

using System.Data;
using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>The same program on <c>UseNpgsql</c> and on <c>UseRoutingNpgsql</c>: results, exceptions and SQL are the same.</summary>
[Collection(ClusterTests.Name)]
public sealed class DropInTests(ShopDatabases databases) : IClassFixture<ShopDatabases>
{
    private static readonly Dictionary<string, Func<ShopDatabase, Task<object?>>> Programs = new()
    {
        ["Batch"] = async shop =>
        {
            await using var context = shop.Open();
            for (var i = 0; i < 100; i++)
                context.Add(new Item { Name = $"batch{i:000}", Amount = i });
            var saved = await context.SaveChangesAsync();
            return (saved, await context.Items.CountAsync(i => i.Name.StartsWith("batch")), await context.Items.SumAsync(i => i.Name.StartsWith("batch") ? i.Amount : 0));
        },
        ["ConcurrencyToken"] = async shop =>
        {
            await using var first = shop.Open();
            first.Add(new Item { Name = "contended" });
            await first.SaveChangesAsync();
            await using var second = shop.Open();
            var theirs = await second.Items.SingleAsync(i => i.Name == "contended");
            theirs.Amount = 7;
            await second.SaveChangesAsync();
            var mine = first.Items.Local.Single();
            mine.Amount = 8;
            var conflict = await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => first.SaveChangesAsync());
            await first.Entry(mine).ReloadAsync();
            return (conflict.Entries.Count, mine.Amount);
        },
        ["ExecuteUpdateAndDelete"] = async shop =>
        {
            await using var context = shop.Open();
            context.AddRange(new Item { Name = "bulk1", Amount = 1 }, new Item { Name = "bulk2", Amount = 2 }, new Item { Name = "bulk3", Amount = 3 });
            await context.SaveChangesAsync();
            var updated = await context.Items.Where(i => i.Name.StartsWith("bulk")).ExecuteUpdateAsync(set => set.SetProperty(i => i.Amount, i => i.Amount + 10));
            var deleted = await context.Items.Where(i => i.Name.StartsWith("bulk") && i.Amount > 11).ExecuteDeleteAsync();
            return (updated, deleted, string.Join(',', await context.Items.Where(i => i.Name.StartsWith("bulk")).Select(i => i.Amount).ToListAsync()));
        },
        ["FromSql"] = async shop =>
        {
            await using var context = shop.Open();
            var amount = 2;
            var parameter = new NpgsqlParameter("amount", amount);
            var raw = context.Items.FromSqlRaw("SELECT i.*, i.xmin FROM \"Items\" AS i WHERE i.\"Amount\" > @amount AND i.\"Name\" LIKE 'seed%'", parameter);
            return (
                (await context.Items.FromSql($"SELECT i.*, i.xmin FROM \"Items\" AS i WHERE i.\"Amount\" = {amount} AND i.\"Name\" LIKE 'seed%'").SingleAsync()).Name,
                await raw.CountAsync(),
                await raw.CountAsync(),
                await context.Database.SqlQuery<int>($"SELECT {amount} + 1 AS \"Value\"").SingleAsync());
        },
        ["RawSql"] = async shop =>
        {
            await using var context = shop.Open();
            var inserted = await context.Database.ExecuteSqlAsync($"INSERT INTO \"Parts\" (\"ItemId\", \"Name\") SELECT \"Id\", {"raw"} FROM \"Items\" WHERE \"Name\" = {"seed1"}");
            return (inserted, await context.Parts.CountAsync(p => p.Name == "raw"));
        },
        ["SplitQuery"] = async shop =>
        {
            await using var context = shop.Open();
            var items = await context.Items.Where(i => i.Name == "seed2" || i.Name == "seed3").Include(i => i.Parts.OrderBy(p => p.Name)).OrderBy(i => i.Name).AsSplitQuery().ToListAsync();
            return string.Join(';', items.Select(i => $"{i.Name}:{string.Join(',', i.Parts.Select(p => p.Name))}"));
        },
        ["CompiledQuery"] = async shop =>
        {
            await using var context = shop.Open();
            var namesAbove = EF.CompileAsyncQuery((ShopContext shop, int amount) =>
                shop.Items.Where(i => i.Name.StartsWith("seed") && i.Amount > amount).OrderBy(i => i.Name).Select(i => i.Name));
            return (string.Join(',', await namesAbove(context, 1).ToListAsync()), string.Join(',', await namesAbove(context, 3).ToListAsync()));
        },
        ["Streaming"] = async shop =>
        {
            await using var context = shop.Open();
            var names = new List<string>();
            await foreach (var item in context.Items.Where(i => i.Name.StartsWith("seed")).OrderBy(i => i.Name).AsNoTracking().AsAsyncEnumerable())
                names.Add(item.Name);
            return string.Join(',', names);
        },
        ["ReadWhileStreaming"] = async shop =>
        {
            await using var context = shop.Open();
            await foreach (var item in context.Items.AsNoTracking().AsAsyncEnumerable())
                return await context.Parts.CountAsync(p => p.ItemId == item.Id);
            return null;
        },
        ["WriteWhileStreaming"] = async shop =>
        {
            await using var context = shop.Open();
            await foreach (var item in context.Items.AsNoTracking().AsAsyncEnumerable())
                return await context.Database.ExecuteSqlAsync($"UPDATE \"Parts\" SET \"Name\" = \"Name\" WHERE \"ItemId\" = {item.Id}");
            return null;
        },
        ["AbandonedStream"] = async shop =>
        {
            await using var context = shop.Open();
            foreach (var _ in context.Items.AsNoTracking().AsEnumerable())
                break;
            return (context.Database.GetDbConnection().State, await context.Items.AnyAsync(i => i.Name == "seed1"));
        },
        ["SavePoints"] = async shop =>
        {
            await using var context = shop.Open();
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Add(new Item { Name = "kept" });
            await context.SaveChangesAsync();
            await transaction.CreateSavepointAsync("before");
            context.Add(new Item { Name = "dropped" });
            await context.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("before");
            await transaction.ReleaseSavepointAsync("before");
            var inside = await context.Items.CountAsync(i => i.Name == "kept" || i.Name == "dropped");
            await transaction.CommitAsync();
            return (inside, await context.Items.CountAsync(i => i.Name == "kept" || i.Name == "dropped"));
        },
        ["FailedTransaction"] = async shop =>
        {
            await using var context = shop.Open();
            await using (await context.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable))
            {
                context.Add(new Item { Name = "rolled back" });
                await context.SaveChangesAsync();
                await Assert.ThrowsAsync<PostgresException>(() => context.Database.ExecuteSqlRawAsync("SELECT 1/0"));
                var refused = await Assert.ThrowsAsync<PostgresException>(() => context.Items.CountAsync());
                Assert.Equal(PostgresErrorCodes.InFailedSqlTransaction, refused.SqlState);
            }

            return await context.Items.CountAsync(i => i.Name == "rolled back");
        },
        ["AmbientTransaction"] = async shop =>
        {
            await using var context = shop.Open();
            using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                context.Add(new Item { Name = "ambient lost" });
                await context.SaveChangesAsync();
                Assert.Equal(1, await context.Items.CountAsync(i => i.Name == "ambient lost"));
            }

            context.ChangeTracker.Clear();
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                context.Add(new Item { Name = "ambient kept" });
                await context.SaveChangesAsync();
                scope.Complete();
            }

            return string.Join(',', await context.Items.Where(i => i.Name.StartsWith("ambient")).Select(i => i.Name).ToListAsync());
        },
        ["UniqueViolation"] = async shop =>
        {
            await using var context = shop.Open();
            context.Add(new Item { Name = "seed1" });
            return await context.SaveChangesAsync();
        },
        ["DivisionByZero"] = async shop =>
        {
            await using var context = shop.Open();
            return await context.Items.Where(i => i.Name == "seed0").Select(i => 1 / i.Amount).ToListAsync();
        },
        ["MissingTable"] = async shop =>
        {
            await using var context = shop.Open();
            return await context.Database.SqlQueryRaw<int>("SELECT \"Value\" FROM nowhere").ToListAsync();
        },
        ["Types"] = async shop =>
        {
            await using var context = shop.Open();
            context.Add(new Item { Name = "typed", Mood = Mood.Happy, Tags = ["red", "blue"], Span = new(5, 8), Details = { Colour = "mauve", Depth = 3 } });
            await context.SaveChangesAsync();
            context.ChangeTracker.Clear();
            var read = await context.Items.SingleAsync(i =>
                i.Name == "typed" && i.Mood == Mood.Happy && i.Tags.Contains("red") && i.Span.Contains(6) && i.Details.Colour == "mauve");
            read.Details.Depth++;
            read.Tags = [.. read.Tags, "green"];
            await context.SaveChangesAsync();
            return (read.Mood, string.Join(',', read.Tags), read.Span, await context.Items.Where(i => i.Name == "typed").Select(i => i.Details.Depth).SingleAsync());
        },
        ["Retry"] = async shop =>
        {
            await using var context = shop.Open(npgsql => npgsql.EnableRetryOnFailure());
            var strategy = context.Database.CreateExecutionStrategy();
            return await strategy.ExecuteAsync(async () =>
            {
                await using var transaction = await context.Database.BeginTransactionAsync();
                context.Add(new Item { Name = "retried" });
                await context.SaveChangesAsync();
                await transaction.CommitAsync();
                return await context.Items.CountAsync(i => i.Name == "retried");
            });
        },
        ["TransactionWithoutStrategy"] = async shop =>
        {
            await using var context = shop.Open(npgsql => npgsql.EnableRetryOnFailure());
            await using var transaction = await context.Database.BeginTransactionAsync();
            return await context.Items.CountAsync();
        },
        ["OpenConnection"] = async shop =>
        {
            await using var context = shop.Open();
            await context.Database.OpenConnectionAsync();
            var connection = context.Database.GetDbConnection();
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM \"Items\" WHERE \"Name\" LIKE 'seed%'";
            var counted = await command.ExecuteScalarAsync();
            await context.Database.CloseConnectionAsync();
            return (counted, connection.State, connection.Database.StartsWith("shop_", StringComparison.Ordinal));
        },
        ["Cancelled"] = async shop =>
        {
            await using var context = shop.Open();
            using var cancelled = new CancellationTokenSource();
            await cancelled.CancelAsync();
            return await context.Items.CountAsync(cancelled.Token);
        },
        ["Timeout"] = async shop =>
        {
            await using var context = shop.Open();
            context.Database.SetCommandTimeout(1);
            return await context.Database.ExecuteSqlRawAsync("SELECT pg_sleep(30)");
        },
        ["Synchronous"] = shop =>
        {
            using var context = shop.Open();
            using (var transaction = context.Database.BeginTransaction())
            {
                context.Add(new Item { Name = "synchronous", Parts = { new() { Name = "one" } } });
                context.SaveChanges();
                transaction.Commit();
            }

            var found = context.Items.AsNoTracking().Include(i => i.Parts).Single(i => i.Name == "synchronous");
            return Task.FromResult<object?>((found.Parts.Count, context.Items.Where(i => i.Name == "synchronous").ExecuteDelete()));
        },
        ["ConfigureDataSource"] = async shop =>
        {
            await using var context = shop.Open(npgsql => npgsql.ConfigureDataSource(source => source.ConnectionStringBuilder.ApplicationName = "mine"));
            return await context.Items.CountAsync(); // the provider's own words: a data source that is given cannot be configured
        },
        ["CanConnect"] = async shop =>
        {
            await using var context = shop.Open();
            return (await context.Database.CanConnectAsync(), context.Database.CanConnect(), context.Database.IsNpgsql(), context.Database.GenerateCreateScript().Length);
        },
    };

    public static TheoryData<string> Names => [.. Programs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Program_OverRouting_DoesWhatItDoesOverNpgsql(string name)
    {
        var plain = await RunAsync(databases.Plain, Programs[name]);
        var routed = await RunAsync(databases.Routed, Programs[name]);

        Assert.Equal(plain.Outcome, routed.Outcome);
        Assert.Equal(plain.Sql, routed.Sql);
        Assert.All(databases.Routed.Recorder.Commands, command => Assert.True(command.Route is not null || command.Port != 0));
    }

    private static async Task<(string Outcome, string Sql)> RunAsync(ShopDatabase shop, Func<ShopDatabase, Task<object?>> program)
    {
        shop.Recorder.Clear();
        using var session = RoutingSession.Begin(); // contexts of one program are to see each other's writes
        string outcome;
        try
        {
            outcome = (await program(shop))?.ToString() ?? "nothing";
        }
        catch (Exception error) when (error is not Xunit.Sdk.XunitException)
        {
            outcome = Describe(error);
        }

        return (outcome, string.Join("\n", shop.Recorder.Commands.Select(command => command.Text)));
    }

    private static string Describe(Exception? error) => error switch
    {
        null => "",
        OperationCanceledException => "cancelled", // Npgsql too throws it or its TaskCanceledException, by where it was waiting
        PostgresException postgres => $"{postgres.GetType()} {postgres.SqlState} {postgres.MessageText} {postgres.ConstraintName}",
        _ => $"{error.GetType()} {error.Message} <- {Describe(error.InnerException)}",
    };
}

using System.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

/// <summary>Where EF Core's commands go.</summary>
[Collection(ClusterTests.Name)]
public sealed class RouteTests(ShopDatabases databases) : IClassFixture<ShopDatabases>
{
    private readonly ShopDatabase _shop = databases.Routed;

    private static readonly Dictionary<string, Func<ShopContext, Task>> Reads = new()
    {
        ["Count"] = context => context.Items.CountAsync(),
        ["Any"] = context => context.Items.AnyAsync(i => i.Amount > 1),
        ["Where"] = context => context.Items.Where(i => i.Name.StartsWith("seed")).OrderBy(i => i.Name).Take(2).ToListAsync(),
        ["Find"] = context => context.Items.FindAsync(1).AsTask(),
        ["Include"] = context => context.Items.Include(i => i.Parts).ToListAsync(),
        ["GroupBy"] = context => context.Parts.GroupBy(p => p.ItemId).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(),
        ["Json"] = context => context.Items.Where(i => i.Details.Depth > 1).Select(i => i.Details.Colour).ToListAsync(),
        ["Array"] = context => context.Items.Where(i => i.Tags.Contains("all")).ToListAsync(),
        ["Range"] = context => context.Items.Where(i => i.Span.Contains(3)).ToListAsync(),
        ["Enum"] = context => context.Items.Where(i => i.Mood == Mood.Happy).ToListAsync(),
        ["List"] = context => context.Items.Where(i => new[] { 1, 2, 3 }.Contains(i.Amount)).ToListAsync(),
        ["Like"] = context => context.Items.Where(i => EF.Functions.ILike(i.Name, "%EED%")).ToListAsync(),
        ["FromSql"] = context => context.Items.FromSql($"SELECT i.*, i.xmin FROM \"Items\" AS i WHERE i.\"Amount\" > {1}").ToListAsync(),
        ["SqlQuery"] = context => context.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM \"Items\"").SingleAsync(),
        ["Tagged"] = context => context.Items.TagWith("for the front page").CountAsync(),
    };

    private static readonly Dictionary<string, Func<ShopContext, Task>> Writes = new()
    {
        ["HiLo"] = context => context.AddRangeAsync(Enumerable.Range(0, 10).Select(i => new Item { Name = $"never saved {i}" })), // one block of numbers
        ["ExecuteUpdate"] = context => context.Items.Where(i => i.Name == "nobody").ExecuteUpdateAsync(set => set.SetProperty(i => i.Amount, 1)),
        ["ExecuteDelete"] = context => context.Items.Where(i => i.Name == "nobody").ExecuteDeleteAsync(),
        ["RawSql"] = context => context.Database.ExecuteSqlAsync($"UPDATE \"Items\" SET \"Amount\" = 1 WHERE \"Name\" = {"nobody"}"),
        ["ForUpdate"] = context => context.Items.FromSql($"SELECT i.*, i.xmin FROM \"Items\" AS i WHERE i.\"Name\" = 'nobody' FOR UPDATE").ToListAsync(),
        ["Sequence"] = context => context.Database.SqlQuery<long>($"SELECT nextval('item_hilo') AS \"Value\"").ToListAsync(),
        ["TaggedPrimary"] = context => context.Items.TagWith("route: primary").CountAsync(),
        ["UsePrimary"] = context => context.Items.Where(i => i.Amount > 1).UsePrimary().CountAsync(),
    };

    public static TheoryData<string> ReadNames => [.. Reads.Keys];

    public static TheoryData<string> WriteNames => [.. Writes.Keys];

    [Theory]
    [MemberData(nameof(ReadNames))]
    public async Task Read_OutsideTransaction_GoesToReplica(string name)
    {
        await using var context = Open();

        await Reads[name](context);

        Assert.Equal(RouteTarget.Replica, _shop.Recorder.Only.Target);
    }

    [Theory]
    [MemberData(nameof(ReadNames))]
    public async Task Read_InTransaction_GoesToPrimary(string name)
    {
        await using var context = Open();
        await using var transaction = await context.Database.BeginTransactionAsync();

        await Reads[name](context);

        Assert.Equal(RouteReason.InTransaction, _shop.Recorder.Only.Reason);
    }

    [Theory]
    [MemberData(nameof(WriteNames))]
    public async Task Write_OutsideTransaction_GoesToPrimary(string name)
    {
        await using var context = Open();

        await Writes[name](context);

        Assert.Equal(RouteTarget.Primary, _shop.Recorder.Only.Target);
    }

    [Fact]
    public async Task SplitQuery_OutsideTransaction_GoesToOneReplica()
    {
        await using var context = Open();

        await context.Items.Include(i => i.Parts).AsSplitQuery().ToListAsync();

        Assert.Equal(2, _shop.Recorder.Commands.Count);
        Assert.All(_shop.Recorder.Targets, target => Assert.Equal(RouteTarget.Replica, target));
        Assert.Single(_shop.Recorder.Commands.Select(command => command.Route!.Value.Node).Distinct());
    }

    [Fact]
    public async Task Read_InAmbientTransaction_GoesToPrimary()
    {
        await using var context = Open();
        using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);

        await context.Items.CountAsync();

        Assert.Equal(RouteReason.AmbientTransaction, _shop.Recorder.Only.Reason);
    }

    [Fact]
    public async Task SaveChanges_OfManyRows_GoesToPrimary()
    {
        await using var context = Open();
        for (var i = 0; i < 25; i++)
            context.Parts.Add(new Part { ItemId = (await context.Items.FirstAsync()).Id, Name = "many" });
        _shop.Recorder.Clear();

        Assert.Equal(25, await context.SaveChangesAsync());

        Assert.NotEmpty(_shop.Recorder.Commands);
        Assert.All(_shop.Recorder.Targets, target => Assert.Equal(RouteTarget.Primary, target));
    }

    [Fact]
    public async Task Factory_OfPooledContexts_RoutesEachContext()
    {
        await using var services = new ServiceCollection()
            .AddSingleton(_shop.Routed!)
            .AddPooledDbContextFactory<ShopContext>(options =>
            {
                options.UseRoutingNpgsql(npgsql => npgsql.MapEnum<Mood>());
                options.AddInterceptors(_shop.Recorder);
            })
            .BuildServiceProvider();
        var factory = services.GetRequiredService<IDbContextFactory<ShopContext>>();
        _shop.Recorder.Clear();
        for (var i = 0; i < 3; i++)
        {
            await using var context = await factory.CreateDbContextAsync();
            await context.Items.CountAsync();
        }

        Assert.Equal([RouteTarget.Replica, RouteTarget.Replica, RouteTarget.Replica], _shop.Recorder.Targets);
    }

    [Fact]
    public async Task Pool_OfContexts_RoutesByTheServicesDataSource()
    {
        await using var services = new ServiceCollection()
            .AddKeyedSingleton("shop", _shop.Routed!)
            .AddDbContextPool<ShopContext>((provider, options) =>
            {
                options.UseRoutingNpgsql(provider, npgsql => npgsql.MapEnum<Mood>(), serviceKey: "shop");
                options.AddInterceptors(_shop.Recorder);
            })
            .BuildServiceProvider();
        _shop.Recorder.Clear();
        for (var i = 0; i < 2; i++)
        {
            await using var scope = services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ShopContext>().Items.CountAsync();
        }

        Assert.Equal([RouteTarget.Replica, RouteTarget.Replica], _shop.Recorder.Targets);
    }

    [Fact]
    public void Options_WithoutADataSource_SayWhatToCall()
    {
        using var empty = new ServiceCollection().BuildServiceProvider();

        Assert.Contains("AddRoutingDataSource", Assert.Throws<InvalidOperationException>(
            () => new DbContextOptionsBuilder<ShopContext>().UseRoutingNpgsql(empty)).Message, StringComparison.Ordinal);
        Assert.Contains("'other'", Assert.Throws<InvalidOperationException>(
            () => new DbContextOptionsBuilder<ShopContext>().UseRoutingNpgsql(empty, serviceKey: "other")).Message, StringComparison.Ordinal);
        Assert.Contains("AddDbContext", Assert.Throws<InvalidOperationException>(
            () => new DbContextOptionsBuilder<ShopContext>().UseRoutingNpgsql()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainUseNpgsql_OverTheRoutingDataSource_Routes()
    {
        await using var context = new ShopContext(new DbContextOptionsBuilder<ShopContext>()
            .UseNpgsql(_shop.Routed!, npgsql => npgsql.MapEnum<Mood>()).AddInterceptors(_shop.Recorder).Options);
        _shop.Recorder.Clear();

        await context.Items.CountAsync();

        Assert.Equal(RouteTarget.Replica, _shop.Recorder.Only.Target);
    }

    private ShopContext Open()
    {
        var context = _shop.Open();
        _shop.Recorder.Clear();
        return context;
    }
}

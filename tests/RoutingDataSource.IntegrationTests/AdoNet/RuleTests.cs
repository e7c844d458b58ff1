using Microsoft.Extensions.Logging;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Rules of the application: who is asked, about what, and what an answer may not do.</summary>
public sealed class RuleTests : IAsyncLifetime
{
    private const string Count = "SELECT count(*) FROM t";

    private PostgresCluster _cluster = null!;

    private string Ahead => _cluster.Replicas[1].Name;

    private string Behind => _cluster.Replicas[0].Name;

    public async Task InitializeAsync()
    {
        _cluster = await TestPostgres.StartAsync(2);
        await _cluster.Primary.ExecuteAsync("CREATE TABLE t (i int)");
        await _cluster.WaitForReplayAsync();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Decide_SeveralRules_TheFirstWithAnOpinionIsTheLastThatIsAsked()
    {
        var asked = new List<string>();
        await using var source = _cluster.Build(
            rules:
            [
                new Rule(context => Note("first", Contains(context, "/*1*/") ? RuleDecision.Primary : RuleDecision.None)),
                new Rule(context => Note("second", Contains(context, "/*2*/") ? RuleDecision.Replica : RuleDecision.None)),
                new Rule(_ => Note("third", RuleDecision.Node(Ahead))),
            ]);
        await source.WaitUntilWellAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal((_cluster.Primary.Name, RouteReason.Rule, "first"), await RunAsync("SELECT /*1*/ 1"));
            Assert.Equal((Ahead, RouteReason.Rule, "first, second, third"), await RunAsync(Count));
        }

        var chosen = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            var (node, reason, by) = await RunAsync("SELECT /*2*/ 1");
            chosen.Add(node);
            Assert.Equal((RouteReason.ProvenRead, "first, second"), (reason, by));
        }

        Assert.Equal([Behind, Ahead], chosen.Order()); // in turn, as if nobody had said anything

        async Task<(string Node, RouteReason Reason, string Asked)> RunAsync(string sql)
        {
            asked.Clear();
            var (_, route) = await source.RunAsync(sql);
            return (route.Node!, route.Reason, string.Join(", ", asked));
        }

        RuleDecision Note(string name, RuleDecision decision)
        {
            asked.Add(name);
            return decision;
        }
    }

    [Fact]
    public async Task Decide_WhateverIsNoFreeRead_IsNotAskedAbout()
    {
        var asked = new List<string>();
        await using var source = _cluster.Build(rules: new Rule(context =>
        {
            asked.Add(context.CommandText);
            return RuleDecision.Node(Ahead);
        }));
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        string[] texts = ["INSERT INTO t VALUES (1)", "SELECT 1 FOR UPDATE", "SELECT nextval('none')", "BEGIN", Count, "ROLLBACK", "SET work_mem = '8MB'", Count];
        foreach (var text in texts)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = text;
            if (text.Contains("none", StringComparison.Ordinal))
                await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteScalarAsync());
            else
                await command.ExecuteScalarAsync();
            Assert.Equal(RouteTarget.Primary, command.LastRoute!.Value.Target);
        }

        await using (var transaction = await connection.BeginTransactionAsync())
            await connection.RunAsync(Count);
        await using var other = await source.OpenConnectionAsync();
        using (RoutingSession.UsePrimary())
            await other.RunAsync(Count);
        Assert.Empty(asked);
        await other.RunAsync("/* one */ SELECT 1");
        Assert.Equal(["/* one */ SELECT 1"], asked);
    }

    [Fact]
    public async Task Decide_WhatARuleIsTold_IsTheTextItsProofAndTheSession()
    {
        RuleContext told = default;
        await using var source = _cluster.Build(rules: new Rule(context =>
        {
            told = context;
            return RuleDecision.None;
        }));
        await source.WaitUntilWellAsync();
        await source.RunAsync(Count);
        Assert.Equal((Count, true, false, false, 3), (told.CommandText, told.Statement.IsReadOnly, told.IsInSession, told.HasFloor, told.Cluster.Nodes.Count));
        using (RoutingSession.Begin())
        {
            await source.RunAsync(Count);
            Assert.Equal((true, false), (told.IsInSession, told.HasFloor));
            await source.RunAsync("INSERT INTO t VALUES (1)");
            await source.RunAsync(Count);
            Assert.Equal((true, true), (told.IsInSession, told.HasFloor));
        }

        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new("SELECT 1"));
        batch.BatchCommands.Add(new("SELECT 2"));
        await batch.ExecuteNonQueryAsync();
        Assert.Equal("SELECT 1", told.CommandText);
    }

    [Fact]
    public async Task Node_ThatCannotServe_IsReplacedAsUsual()
    {
        await using var source = _cluster.Build(rules: new Rule(_ => RuleDecision.Node(Ahead)));
        await source.WaitUntilWellAsync();
        Assert.Equal((Ahead, RouteReason.Rule), await RouteAsync(source));
        source.Drain(Ahead);
        Assert.Equal((Behind, RouteReason.ProvenRead), await RouteAsync(source));
        source.Resume(Ahead);
        Assert.Equal((Ahead, RouteReason.Rule), await RouteAsync(source));
        await _cluster.Replicas[1].KillAsync();
        Assert.Equal(1, (await source.RunAsync("SELECT 1")).Value); // its connection is lost, and nobody notices
        await Until.TrueAsync(async () => await RouteAsync(source) == (Behind, RouteReason.ProvenRead), "the other to serve");
    }

    [Fact]
    public async Task Node_BehindWhatTheSessionHasWrittenOrRead_DoesNotServeItUnlessItMay()
    {
        await using var source = _cluster.Build(
            options => options.MaxReplicaLag = null,
            rules: new Rule(context => Contains(context, "report") ? RuleDecision.Node(Behind) : RuleDecision.Node(Ahead)));
        await source.WaitUntilWellAsync();
        await _cluster.Replicas[0].PauseReplayAsync();
        await using (var writer = await source.OpenConnectionAsync())
        {
            await writer.RunAsync("INSERT INTO t VALUES (1)");
            for (var i = 0; i < 5; i++)
                Assert.Equal(1L, (await writer.RunAsync("/* report */ " + Count)).Value);
            using (RoutingSession.UseReplica())
                AssertServed(await writer.RunAsync("/* report */ " + Count)); // old rows will do
            AssertServed(await writer.RunAsync("/* route: replica */ SELECT count(*) AS report FROM t"));
        }

        await Until.TrueAsync(async () => (await source.RunAsync(Count)).Value is 1L, "the replica that replays to have it");
        for (var i = 0; i < 5; i++)
        {
            await using var reader = await source.OpenConnectionAsync();
            AssertServed(await reader.RunAsync("/* report */ " + Count)); // it has seen nothing
            await using var second = await source.OpenConnectionAsync();
            Assert.Equal((1L, Ahead), await second.RunAsync(Count) is var (value, route) ? ((long)value!, route.Node) : default);
            Assert.Equal(1L, (await second.RunAsync("/* report */ " + Count)).Value); // it would go back in time
        }

        void AssertServed((object? Value, CommandRoute Route) read) =>
            Assert.Equal((0L, Behind, RouteReason.Rule), ((long)read.Value!, read.Route.Node, read.Route.Reason));
    }

    [Fact]
    public async Task HasFloor_WithARuleThatSendsItToThePrimary_EndsAllTheSame()
    {
        await using var source = _cluster.Build(
            options => options.MaxPin = TimeSpan.FromSeconds(2),
            rules: new Rule(context => context.HasFloor ? RuleDecision.Primary : RuleDecision.None));
        await source.WaitUntilWellAsync();
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(RouteTarget.Replica, (await connection.RunAsync(Count)).Route.Target);
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        Assert.Equal(RouteReason.Rule, (await connection.RunAsync(Count)).Route.Reason);
        await Until.TrueAsync(async () => (await connection.RunAsync(Count)).Route.Target == RouteTarget.Replica, "MaxPin to pass");
    }

    [Fact]
    public async Task Node_ThatThereIsNot_IsLoggedOncePerName()
    {
        using var log = new LogRecorder();
        var names = 0;
        await using var source = new RoutingDataSourceBuilder(_cluster.ConnectionString)
            .AddRule(new Rule(context => RuleDecision.Node(Contains(context, "many") ? $"made up {names++}" : "reports")))
            .UseLoggerFactory(log)
            .Build();
        await source.WaitUntilWellAsync();
        for (var i = 0; i < 3; i++)
            Assert.Equal(RouteReason.ProvenRead, (await source.RunAsync(Count)).Route.Reason);
        var (level, message) = Assert.Single(log.Of(3005));
        Assert.Equal(LogLevel.Warning, level);
        Assert.Equal($"A rule names node reports, which there is not: its reads are routed as usual. The nodes are: {string.Join(", ", source.Cluster.Nodes.Select(node => node.Name))}", message);
        for (var i = 0; i < 100; i++)
            await source.RunAsync("SELECT 1 AS many");
        Assert.InRange(log.Of(3005).Count(), 2, 16); // names that are made up fill no log
    }

    private static bool Contains(in RuleContext context, string text) => context.CommandText.Contains(text, StringComparison.Ordinal);

    private static async Task<(string Node, RouteReason Reason)> RouteAsync(RoutingDataSource source)
    {
        var (_, route) = await source.RunAsync("SELECT 1");
        return (route.Node!, route.Reason);
    }

    private sealed class Rule(Func<RuleContext, RuleDecision> decide) : IRoutingRule
    {
        public RuleDecision Decide(in RuleContext context) => decide(context);
    }
}

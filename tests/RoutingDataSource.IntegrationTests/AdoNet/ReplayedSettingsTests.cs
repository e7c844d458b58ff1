using System.Data.Common;
using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary><c>SessionStatements = Replay</c>: what was set is in force wherever the next command runs, and nowhere else.</summary>
public sealed class ReplayedSettingsTests(FreshClusterFixture fixture) : Comparison(fixture)
{
    private const string Tenant = "SELECT current_setting('app.tenant', true)";

    protected override string Setup => base.Setup +
        "; CREATE TABLE document (id int, tenant text); INSERT INTO document SELECT i, (i % 3)::text FROM generate_series(1, 9) i" +
        "; ALTER TABLE document ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY" +
        "; CREATE POLICY own ON document USING (tenant = current_setting('app.tenant', true))";

    [Theory]
    [InlineData("SET app.tenant = '7'")]
    [InlineData("SELECT set_config('app.tenant', '7', false)")]
    public async Task Setting_ThenReads_AllRunOnReplicas(string set) => await ReplayAsync(source =>
    {
        using var connection = source.OpenConnection();
        Assert.Equal((RouteTarget.Replica, RouteReason.ReplayedSetting), Run(connection, set));
        Assert.Equal("7", connection.Scalar(Tenant));
        using var command = (RoutingCommand)connection.Command(Tenant);
        command.ExecuteScalar();
        Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Setting_IsInForceOnEveryNode() => await ReplayAsync(
        source =>
        {
            using var connection = source.OpenConnection();
            var nodes = new HashSet<string?>();
            for (var i = 0; i < 12; i++)
            {
                if (i % 4 == 0)
                    Execute(connection, "SELECT set_config('app.tenant', $1, false)", $"t{i}");
                using var command = (RoutingCommand)connection.Command(Tenant);
                Assert.Equal($"t{i - (i % 4)}", command.ExecuteScalar());
                nodes.Add(command.LastRoute!.Value.Node);
                using var write = (RoutingCommand)connection.Command("UPDATE item SET name = current_setting('app.tenant') WHERE id = 1 RETURNING name");
                Assert.Equal($"t{i - (i % 4)}", write.ExecuteScalar());
                nodes.Add(write.LastRoute!.Value.Node);
            }

            Assert.Equal(source.Cluster.Nodes.Count, nodes.Count);
            return Task.CompletedTask;
        },
        options => options.SwitchReplica = SwitchReplica.PerCommand);

    [Fact]
    public async Task Setting_IsNeverSeenByTheNextUserOfThePool() => await ReplayAsync(
        async source =>
        {
            for (var round = 0; round < 10; round++)
            {
                await using (var connection = await source.OpenConnectionAsync())
                {
                    await connection.ScalarAsync("SELECT set_config('app.tenant', $1, false)", "secret");
                    Assert.Equal("secret", await connection.ScalarAsync(Tenant));
                    connection.Execute("UPDATE item SET name = name WHERE id = 2");
                    Assert.Equal("secret", await connection.ScalarAsync(Tenant));
                    if (round % 3 == 1)
                    {
                        var reader = await connection.Command("SELECT generate_series(1, 5)").ExecuteReaderAsync();
                        await reader.ReadAsync(); // left open
                    }
                }

                await using (var next = await source.OpenConnectionAsync())
                {
                    Assert.Null(Nothing(await next.ScalarAsync(Tenant)));
                    next.Execute("UPDATE item SET name = coalesce(current_setting('app.tenant', true), '') WHERE id = 3");
                    Assert.Equal("", await next.ScalarAsync("SELECT name FROM item WHERE id = 3 /* */ FOR UPDATE"));
                }
            }
        },
        settings: "Maximum Pool Size=1");

    [Fact]
    public async Task RowLevelSecurity_ByTenant_HoldsUnderLoad() => await ReplayAsync(async source =>
    {
        // Row-level security does not bind a superuser.
        await Cluster.Primary.ExecuteAsync("DO $$ BEGIN CREATE ROLE tenant_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        using (var setup = source.OpenConnection())
            setup.Execute("DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO tenant_reader; GRANT SELECT ON ALL TABLES IN SCHEMA %I TO tenant_reader', current_schema(), current_schema()); END $$");
        await Cluster.WaitForReplayAsync();
        await Parallel.ForAsync(0, 8, async (worker, _) =>
        {
            for (var i = 0; i < 25; i++)
            {
                await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
                connection.Execute("SET ROLE tenant_reader");
                var tenant = ((worker + i) % 3).ToString(System.Globalization.CultureInfo.InvariantCulture);
                await connection.ScalarAsync("SELECT set_config('app.tenant', $1, false)", tenant);
                using var command = (RoutingCommand)connection.Command("SELECT tenant FROM document");
                using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
                var rows = reader.Rows();
                Assert.Equal(3, rows.Count);
                Assert.All(rows, row => Assert.Equal(tenant, row[0]));
                Assert.Equal(RouteTarget.Replica, command.LastRoute!.Value.Target);
            }
        });
    });

    [Fact]
    public async Task Settings_CostNothingWhereTheyWereMade_AndOneMessageElsewhere() => await ReplayAsync(source =>
    {
        const string values = "current_setting('app.s0') || current_setting('app.s1') || current_setting('app.s2')";
        using var root = new Activity("messages").Start();
        var messages = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = activities => activities.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => messages += activity.TraceId == root.TraceId ? 1 : 0,
        };
        using (var other = source.OpenConnection())
            other.Execute("UPDATE item SET name = name WHERE id = 4"); // so that no connection to the primary has to be made below
        using var connection = source.OpenConnection();
        for (var i = 0; i < 3; i++)
            connection.Execute($"SET app.s{i} = '{i}'");
        ActivitySource.AddActivityListener(listener);
        int Sent(string sql)
        {
            messages = 0;
            Assert.Equal("012", connection.Scalar(sql));
            return messages;
        }

        Assert.Equal(1, Sent($"SELECT {values}"));
        Assert.Equal(2, Sent($"UPDATE item SET name = {values} WHERE id = 4 RETURNING name")); // all settings, then the command
        Assert.Equal(1, Sent($"UPDATE item SET name = {values} WHERE id = 4 RETURNING name"));
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData("CREATE TEMP TABLE mine (id int)")]
    [InlineData("SELECT pg_advisory_lock(4711)")]
    [InlineData("SET app.tenant = '7'; SELECT 1")]
    [InlineData("SET default_transaction_read_only = off")]
    public async Task WhatCannotBeMadeAgain_PinsAsByDefault(string text) => await ReplayAsync(source =>
    {
        using var connection = source.OpenConnection();
        connection.Execute("SET app.before = 'b'");
        Assert.Equal(RouteTarget.Primary, Run(connection, text).Target);
        using var command = (RoutingCommand)connection.Command("SELECT current_setting('app.before')");
        Assert.Equal("b", command.ExecuteScalar());
        Assert.Equal((RouteTarget.Primary, RouteReason.SessionPinned), (command.LastRoute!.Value.Target, command.LastRoute!.Value.Reason));
        return Task.CompletedTask;
    });

    [Fact]
    public async Task Settings_FollowTheSameRulesAsOnOneServer() => await SameAsync(
        (source, seen) =>
        {
            using var connection = source.OpenConnection();
            connection.Execute("SET app.tenant = 'one'");
            seen.Add(Nothing(connection.Scalar(Tenant)), "set");
            using (var transaction = connection.BeginTransaction())
            {
                connection.Execute("SET app.tenant = 'two'");
                transaction.Rollback();
            }

            seen.Add(Nothing(connection.Scalar(Tenant)), "rolled back");
            connection.Execute("SET LOCAL app.tenant = 'three'");
            seen.Add(Nothing(connection.Scalar(Tenant)), "local outside a transaction");
            connection.Execute("DISCARD ALL");
            seen.Add(Nothing(connection.Scalar(Tenant)), "discarded");
            connection.Execute("SET app.tenant = 'four'; SET statement_timeout = '77s'");
            seen.Add(Nothing(connection.Scalar(Tenant)), "again");
            connection.Execute("RESET ALL");
            seen.Add(connection.Scalar("SELECT current_setting('statement_timeout')"), "reset");
            seen.Throws(() => connection.Execute("SET statement_timeout = 'nonsense'"), "nonsense");
            seen.Throws(() => connection.Execute("SET ROLE nobody_of_that_name"), "no such role");
            seen.Add(connection.Scalar("SELECT current_setting('statement_timeout')"), "after errors");
            connection.Execute("SET app.tenant = 'five'");
            connection.Close();
            connection.Open();
            seen.Add(Nothing(connection.Scalar(Tenant)), "opened again");
        },
        routing: options => options.SessionStatements = SessionStatements.Replay);

    [Fact]
    public async Task NoResetOnClose_WithReplay_IsRefused()
    {
        await Task.CompletedTask;
        var error = Assert.Throws<ArgumentException>(() => new RoutingDataSourceBuilder(Cluster.ConnectionString + ";No Reset On Close=true")
            .Configure(options => options.SessionStatements = SessionStatements.Replay).Build());
        Assert.Contains("No Reset On Close", error.Message, StringComparison.Ordinal);
    }

    private static (RouteTarget Target, RouteReason Reason) Run(DbConnection connection, string sql)
    {
        using var command = (RoutingCommand)connection.Command(sql);
        command.ExecuteNonQuery();
        return (command.LastRoute!.Value.Target, command.LastRoute!.Value.Reason);
    }

    private static void Execute(DbConnection connection, string sql, params object?[] values) => connection.Execute(sql, values);

    // A server that has once seen a parameter of somebody's own answers with an empty text instead of NULL.
    private static object? Nothing(object? value) => value is DBNull or "" ? null : value;

    private Task ReplayAsync(Func<RoutingDataSource, Task> program, Action<RoutingOptions>? configure = null, string settings = "") => RoutedAsync(
        (source, _) => program(source),
        settings,
        routing: options =>
        {
            options.SessionStatements = SessionStatements.Replay;
            configure?.Invoke(options);
        });
}

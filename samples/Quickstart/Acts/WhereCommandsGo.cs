using Dapper;
using Microsoft.EntityFrameworkCore;
using ReplicaRouting.Quickstart.Shop;

namespace ReplicaRouting.Quickstart.Acts;

/// <summary>The same application code as ever, with three libraries: where each command went, and why.</summary>
internal static class WhereCommandsGo
{
    public static async Task PlayAsync(Stage stage)
    {
        stage.Screen.Act("Where each command goes, and why");
        var rows = new List<string[]>();
        await WithAdoNetAsync(stage, rows);
        await WithDapperAsync(stage, rows);
        await WithEntityFrameworkAsync(stage, rows);
        stage.Screen.Table(["with", "command", "went to", "because"], rows);
    }

    private static async Task WithAdoNetAsync(Stage stage, List<string[]> rows)
    {
        (string Sql, RouteTarget Target, RouteReason Reason)[] commands =
        [
            ("SELECT count(*) FROM orders", RouteTarget.Replica, RouteReason.ProvenRead),
            ("TABLE orders LIMIT 1", RouteTarget.Replica, RouteReason.ProvenRead),
            ("WITH big AS (SELECT * FROM orders) SELECT max(amount) FROM big", RouteTarget.Replica, RouteReason.ProvenRead),
            ("INSERT INTO orders (item, amount) VALUES ('tea', 3) RETURNING id", RouteTarget.Primary, RouteReason.Write),
            ("WITH d AS (DELETE FROM orders WHERE id < 0) SELECT 1", RouteTarget.Primary, RouteReason.ModifyingCte),
            ("SELECT * FROM orders WHERE id = 1 FOR UPDATE", RouteTarget.Primary, RouteReason.LockingClause),
            ("SELECT nextval('tickets')", RouteTarget.Primary, RouteReason.VolatileFunction),
            ("SELECT pg_try_advisory_xact_lock(42)", RouteTarget.Primary, RouteReason.SessionState),
            ("SHOW transaction_read_only", RouteTarget.Primary, RouteReason.PerServer),
            ("/* route: primary */ SELECT count(*) FROM orders", RouteTarget.Primary, RouteReason.HintPrimary),
        ];
        foreach (var (sql, target, reason) in commands)
        {
            var (_, route) = await stage.RunAsync(sql);
            Add(rows, rows.Count == 0 ? "ADO.NET" : "", sql, route, target, reason);
        }

        await using var connection = await stage.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Stage.CountOrders;
        await command.ExecuteScalarAsync();
        Add(rows, "", "  the same SELECT in a transaction", stage.Count(command), RouteTarget.Primary, RouteReason.InTransaction);
        await transaction.CommitAsync();
    }

    private static async Task WithDapperAsync(Stage stage, List<string[]> rows)
    {
        const string Query = "SELECT id, item, amount FROM orders WHERE id = @id";
        const string Update = "UPDATE orders SET amount = amount + 1 WHERE id = @id";
        await using (var connection = stage.DataSource.CreateConnection())
        {
            var parameters = new RoutedParameters(new { id = 7 });
            var order = await connection.QuerySingleAsync<Order>(Query, parameters);
            Stage.Expect(order.Item == "item 7", $"Dapper read the wrong order: {order.Item}.");
            Add(rows, "Dapper", Query, stage.Count(parameters.Command), RouteTarget.Replica, RouteReason.ProvenRead);
        }

        await using (var connection = stage.DataSource.CreateConnection())
        {
            var parameters = new RoutedParameters(new { id = 7 });
            Stage.Expect(await connection.ExecuteAsync(Update, parameters) == 1, "Dapper's UPDATE changed no row.");
            Add(rows, "", Update, stage.Count(parameters.Command), RouteTarget.Primary, RouteReason.Write);
        }
    }

    private static async Task WithEntityFrameworkAsync(Stage stage, List<string[]> rows)
    {
        var seen = new List<CommandRoute>();
        var interceptor = new RouteInterceptor(command => seen.Add(stage.Count(command)));

        await using (var context = new ShopContext(stage.DataSource, interceptor))
        {
            var dear = await context.Orders.AsNoTracking().Where(order => order.Amount > 90).OrderBy(order => order.Id).ToListAsync();
            Stage.Expect(dear.Count == 10, $"EF Core read {dear.Count} orders above 90 instead of 10.");
            Add(rows, "EF Core", "Orders.Where(o => o.Amount > 90).ToListAsync()", seen[^1], RouteTarget.Replica, RouteReason.ProvenRead);
        }

        await using (var context = new ShopContext(stage.DataSource, interceptor))
        {
            var order = new Order { Item = "coffee", Amount = 5 };
            context.Orders.Add(order);
            await context.SaveChangesAsync();
            Add(rows, "", "Orders.Add(order); SaveChangesAsync()", seen[^1], RouteTarget.Primary, RouteReason.Write);

            var found = await context.Orders.AsNoTracking().SingleOrDefaultAsync(o => o.Id == order.Id);
            Stage.Expect(found?.Item == "coffee", "EF Core did not find the order that it had just saved.");
        }

        await using (var context = new ShopContext(stage.DataSource, interceptor))
        {
            await using var transaction = await context.Database.BeginTransactionAsync();
            await context.Orders.CountAsync();
            Add(rows, "", "CountAsync() in a transaction", seen[^1], RouteTarget.Primary, RouteReason.InTransaction);
            await transaction.CommitAsync();
        }
    }

    private static void Add(List<string[]> rows, string with, string command, CommandRoute route, RouteTarget target, RouteReason reason)
    {
        if (route.Target != target || route.Reason != reason)
            throw new SurpriseException($"'{command.Trim()}' went to {route}; expected {target} because of {reason}.");
        rows.Add([with, command, $"{(target == RouteTarget.Primary ? "primary" : "replica")} {route.Node}", reason.ToString()]);
    }
}

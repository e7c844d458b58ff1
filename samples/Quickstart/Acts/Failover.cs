namespace ReplicaRouting.Quickstart.Acts;

/// <summary>The primary is killed and db2 promoted; the application does nothing about it.</summary>
internal static class Failover
{
    private const string Insert = "INSERT INTO orders (item, amount) VALUES ('after the failover', 1) RETURNING id";

    public static async Task PlayAsync(Stage stage)
    {
        stage.Screen.Act("The primary is killed, and db2 is promoted");
        var (count, _) = await stage.RunAsync($"/* route: primary */ {Stage.CountOrders}");
        await stage.Cluster.WaitForReplayAsync();
        await stage.Server("db1").KillAsync();
        await stage.UntilAsync(() => stage.DataSource.Cluster.Primary is null, "the loss of the primary is known");

        var reads = await stage.SpreadAsync(300);
        Stage.ExpectSpread("Without a primary", reads, ("db2", 200), ("db3", 100));
        stage.Screen.Result($"without a primary reads go on: {reads["db2"]} to db2, {reads["db3"]} to db3");

        var write = stage.RunAsync(Insert);
        Stage.Expect(!write.IsCompleted, "A write did not wait for a primary while there was none.");
        await stage.Server("db2").PromoteAsync();
        var (id, route) = await write;
        Stage.Expect(route is { Target: RouteTarget.Primary, Node: "db2" }, $"The write that waited went to {route}.");
        stage.Screen.Result($"an INSERT that began without a primary waited for one and ran once: on {route.Node}");

        await stage.Cluster.RepointReplicasAsync();
        await stage.UntilServesAsync("db3");
        var spread = await stage.SpreadAsync(300);
        Stage.ExpectSpread("After the failover", spread, ("db3", 300));
        var (total, totalRoute) = await stage.RunAsync(Stage.CountOrders);
        Stage.Expect(totalRoute.Node == "db3" && (long)total! == (long)count! + 1, $"{totalRoute.Node} counts {total} orders; expected db3 to count {(long)count! + 1}.");
        stage.Screen.Result($"db3 follows db2 and answers the reads; nothing is lost: {total} orders, the last is {id}");
    }
}

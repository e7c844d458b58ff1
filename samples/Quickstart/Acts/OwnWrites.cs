namespace ReplicaRouting.Quickstart.Acts;

/// <summary>In one session, a read on another connection sees the write before it, though replicas replay it later.</summary>
internal static class OwnWrites
{
    private const int Rounds = 200;

    public static async Task PlayAsync(Stage stage)
    {
        stage.Screen.Act($"Your own writes are visible at once: {Rounds} times INSERT, then SELECT on another connection");
        var onPrimary = 0;
        var last = 0L;
        using var session = RoutingSession.Begin();
        for (var round = 0; round < Rounds; round++)
        {
            last = (long)(await stage.RunAsync($"INSERT INTO orders (item, amount) VALUES ('round {round}', {round}) RETURNING id")).Value!;
            onPrimary += await CountRowAsync(stage, last) == RouteTarget.Primary ? 1 : 0;
        }

        stage.Screen.Result($"all {Rounds} were seen: {onPrimary} reads took the primary, {Rounds - onPrimary} a replica that had the row already");

        var later = 0;
        await stage.UntilAsync(
            async () =>
            {
                later++;
                return await CountRowAsync(stage, last) == RouteTarget.Replica;
            },
            "the session reads from a replica again");
        stage.Screen.Result($"{later} reads later the session is back on a replica, which has replayed the last write");
    }

    private static async Task<RouteTarget> CountRowAsync(Stage stage, long id)
    {
        var (rows, route) = await stage.RunAsync($"SELECT count(*) FROM orders WHERE id = {id}");
        Stage.Expect(rows is 1L, $"The session did not see its own order {id} on {route}.");
        return route.Target;
    }
}

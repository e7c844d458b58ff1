namespace ReplicaRouting.Quickstart.Acts;

/// <summary>A replica that falls behind the bound on lag is left alone until it has caught up.</summary>
internal static class PausedReplay
{
    private const int Reads = 300;

    public static async Task PlayAsync(Stage stage)
    {
        stage.Screen.Act("A replica falls behind: replay on db2 is paused, MaxReplicaLag is 2 s");
        await stage.Server("db2").PauseReplayAsync();
        await stage.RunAsync("INSERT INTO orders (item, amount) VALUES ('late', 1)");
        await stage.UntilAsync(() => stage.Node("db2").Lag?.Delay > TimeSpan.FromSeconds(2), "db2 lags by more than 2 s");
        await stage.UntilServesAsync("db3");

        var without = await stage.SpreadAsync(Reads);
        Stage.ExpectSpread("While db2 lags", without, ("db3", Reads));
        stage.Screen.Result($"db2 is {stage.Node("db2").Lag?.Delay?.TotalSeconds:0.0} s behind: all {Reads} reads went to db3");

        await stage.Server("db2").ResumeReplayAsync();
        await stage.UntilServesAsync("db2");
        var with = await stage.SpreadAsync(Reads);
        Stage.ExpectSpread("After db2 has caught up", with, ("db2", Reads / 3 * 2), ("db3", Reads / 3));
        stage.Screen.Result($"replay resumed, db2 has caught up: {with["db2"]} to db2, {with["db3"]} to db3");
    }
}

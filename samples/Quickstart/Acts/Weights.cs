namespace ReplicaRouting.Quickstart.Acts;

/// <summary>db2 has weight 2, db3 has weight 1.</summary>
internal static class Weights
{
    private const int Reads = 1200;

    public static async Task PlayAsync(Stage stage)
    {
        stage.Screen.Act($"The weights hold: {Reads} reads from 8 workers");
        await stage.UntilServesAsync("db2");
        await stage.UntilServesAsync("db3");
        var spread = await stage.SpreadAsync(Reads);
        Stage.ExpectSpread("Weights 2 to 1", spread, ("db2", Reads / 3 * 2), ("db3", Reads / 3));
        stage.Screen.Result($"db2 answered {spread["db2"]}, db3 answered {spread["db3"]}: exactly 2 to 1");
    }
}

using System.Diagnostics;
using ReplicaRouting.Quickstart;
using ReplicaRouting.Quickstart.Acts;
using ReplicaRouting.Testing;

// A real primary with two standbys, and one data source over all three. Every act checks what it shows: a surprise ends the program
// with exit code 1 and says what was expected.
var screen = new Screen(Console.Out);
try
{
    var start = Stopwatch.GetTimestamp();
    await using var stage = await Stage.SetUpAsync(screen);
    await WhereCommandsGo.PlayAsync(stage);
    await Weights.PlayAsync(stage);
    await OwnWrites.PlayAsync(stage);
    await PausedReplay.PlayAsync(stage);
    await LostReplica.PlayAsync(stage);
    await Failover.PlayAsync(stage);
    stage.ShowTotals(Stopwatch.GetElapsedTime(start));
}
catch (SurpriseException surprise)
{
    await Console.Error.WriteLineAsync($"\ndemo: failed. {surprise.Message}");
    return 1;
}
catch (PostgresClusterException error)
{
    await Console.Error.WriteLineAsync($"\ndemo: the cluster failed. {error.Message}");
    return 1;
}
catch (Exception error)
{
    await Console.Error.WriteLineAsync($"\ndemo: failed with an error that was not expected.\n{error}");
    return 1;
}

screen.Line("demo: ok");
return 0;

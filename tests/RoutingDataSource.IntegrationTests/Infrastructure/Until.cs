using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests;

/// <summary>Waits for states, never for time.</summary>
internal static class Until
{
    /// <summary>How long a test waits for what must come: much longer than it takes on a busy machine.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Longest)
                throw new TimeoutException($"Waited {Longest.TotalSeconds} s for {what}.");
            await Task.Delay(5);
        }
    }
}

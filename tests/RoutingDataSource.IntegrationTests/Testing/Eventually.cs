using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Testing;

/// <summary>Waits for a state instead of for a time.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(20)) Assert.Fail($"after 20 s not yet: {what}");
            await Task.Delay(10);
        }
    }

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(20)) Assert.Fail($"after 20 s not yet: {what}");
            await Task.Delay(10);
        }
    }
}

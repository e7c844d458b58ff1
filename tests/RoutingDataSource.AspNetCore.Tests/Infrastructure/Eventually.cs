namespace ReplicaRouting.AspNetCore.Tests.Infrastructure;

/// <summary>Waits for states, never for time.</summary>
internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
            await Task.Delay(5, timeout.Token);
    }
}

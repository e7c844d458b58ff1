using System.Collections.Concurrent;
using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Diagnostics;

/// <summary>Collects the spans that Npgsql ends, of all tests that run at the time.</summary>
internal sealed class Spans : IDisposable
{
    private readonly ActivityListener _listener;

    public Spans()
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = All.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public ConcurrentQueue<Activity> All { get; } = [];

    public void Dispose() => _listener.Dispose();
}

using System.Collections.Concurrent;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>Runs asynchronous code on one thread of its own. A worker that calls synchronous methods would otherwise block threads of the pool,
/// and on a machine of two cores two of those are all there are: everybody else would wait for the pool and not for a server.</summary>
internal sealed class OwnThread : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _work = [];

    public static Task RunAsync(Func<Task> body)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            using var own = new OwnThread();
            SetSynchronizationContext(own);
            var task = body();
            _ = task.ContinueWith(_ => own._work.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            foreach (var (callback, state) in own._work.GetConsumingEnumerable())
                callback(state);
            ended.SetFromTask(task);
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return ended.Task;
    }

    public override void Post(SendOrPostCallback d, object? state) => _work.Add((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public void Dispose() => _work.Dispose();
}

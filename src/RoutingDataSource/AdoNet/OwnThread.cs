namespace ReplicaRouting.AdoNet;

/// <summary>Runs what blocks, so that its caller can wait for something else as well.</summary>
/// <remarks>A thread of its own and not one of the pool's: the caller blocks, is one of the pool's perhaps, and must not wait for another of them.</remarks>
internal static class OwnThread
{
    /// <summary>Begins a blocking call.</summary>
    /// <param name="call">The call; it runs with the caller's execution context.</param>
    /// <returns>A task that ends as the call does.</returns>
    public static Task Run(Action call)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                call();
                ended.SetResult();
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        {
            IsBackground = true,
            Name = "RoutingDataSource connects",
        }.Start();
        return ended.Task;
    }

    /// <summary>Blocks until the call has ended, successfully or not.</summary>
    /// <param name="call">What <see cref="Run"/> returned.</param>
    /// <param name="longest">How long to wait at most.</param>
    /// <returns>Whether it has.</returns>
    public static bool HasEnded(Task call, TimeSpan longest)
    {
        try
        {
            return call.Wait(longest);
        }
        catch (AggregateException)
        {
            return true; // whoever asks for its result gets the error itself
        }
    }
}

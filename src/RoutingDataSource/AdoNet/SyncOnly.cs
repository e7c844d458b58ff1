using System.Diagnostics;

namespace ReplicaRouting.AdoNet;

/// <summary>Results of methods that were called with <c>async: false</c>: they have completed when they return, so nothing is waited for.</summary>
internal static class SyncOnly
{
    public static void WaitForSync(this ValueTask task)
    {
        Debug.Assert(task.IsCompleted, "a method called with async: false went asynchronous");
        task.GetAwaiter().GetResult();
    }

    public static T WaitForSync<T>(this ValueTask<T> task)
    {
        Debug.Assert(task.IsCompleted, "a method called with async: false went asynchronous");
        return task.GetAwaiter().GetResult();
    }
}

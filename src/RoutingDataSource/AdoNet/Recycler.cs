using System.Collections.Concurrent;

namespace ReplicaRouting.AdoNet;

/// <summary>Objects of Npgsql's that are used again instead of being made anew. Whoever gives one away must be the last to hold it. Thread-safe.</summary>
internal sealed class Recycler<T>
    where T : class
{
    // Enough for all processors to have a few on their way; what is too many is left to the garbage collector.
    private static readonly int Capacity = Math.Max(32, 4 * Environment.ProcessorCount);

    private readonly ConcurrentQueue<T> _rest = new();
    private T? _first;
    private int _count;

    /// <summary>Gets an object that nobody holds, if there is one.</summary>
    public T? Take()
    {
        var first = _first;
        if (first is not null && Interlocked.CompareExchange(ref _first, null, first) == first)
            return first;
        if (Volatile.Read(ref _count) == 0 || !_rest.TryDequeue(out var item))
            return null;
        Interlocked.Decrement(ref _count);
        return item;
    }

    /// <summary>Gives an object away.</summary>
    public void Give(T item)
    {
        if (_first is null && Interlocked.CompareExchange(ref _first, item, null) is null)
            return;
        if (Interlocked.Increment(ref _count) <= Capacity)
            _rest.Enqueue(item);
        else
            Interlocked.Decrement(ref _count);
    }
}

namespace ReplicaRouting.Consistency;

/// <summary>What was handed out and counts for something until it ends. Nobody is told of the end (readers are used again, and nothing may hang on
/// their events), so whoever is held up by the count looks.</summary>
internal sealed class HandedOutList
{
    private readonly Lock _lock = new();
    private readonly List<IHandedOut> _list = [];

    public void Add(IHandedOut item)
    {
        lock (_lock)
            _list.Add(item);
    }

    /// <summary>Takes an item out; it is not asked any more when this has returned.</summary>
    /// <returns>Whether it was still there, and so is still counted.</returns>
    public bool TakeBack(IHandedOut item)
    {
        lock (_lock)
            return _list.Remove(item);
    }

    /// <summary>Takes out what has ended.</summary>
    /// <returns>How many there were.</returns>
    public int Sweep()
    {
        lock (_lock)
            return _list.Count == 0 ? 0 : _list.RemoveAll(static item => item.HasEnded);
    }
}

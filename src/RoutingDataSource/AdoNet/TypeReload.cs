namespace ReplicaRouting.AdoNet;

/// <summary>A node whose pools must read the database's types again once it has replayed what was there at a moment.</summary>
/// <param name="After">The moment, on the data source's clock.</param>
internal sealed record TypeReload(long After)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets a task that completes when the types were read.</summary>
    public Task Done => _done.Task;

    public void Complete() => _done.TrySetResult();
}

using ReplicaRouting.Consistency;

namespace ReplicaRouting.AspNetCore.Tests.Infrastructure;

/// <summary>What a session sees of a data source, without servers: a clock that counts writes, and a log that grows with it.</summary>
internal sealed class FakeCluster : ISessionOwner
{
    private long _now = 1;
    private long _newest;

    public int Samples { get; private set; }

    public Exception? Error { get; set; }

    public long MaxPin => 1_000_000;

    public long Now => Volatile.Read(ref _now);

    public (ulong SystemIdentifier, int Timeline, int Epoch)? Identity { get; set; } = (7, 3, 1);

    /// <summary>Writes in the ambient session, as a command would.</summary>
    /// <returns>The position that covers the write.</returns>
    public ulong Write()
    {
        var now = Interlocked.Increment(ref _now);
        State!.NoteWrite(now);
        return (ulong)now;
    }

    /// <summary>What the ambient session must see.</summary>
    public WalPosition? Floor => State?.Sampled(epoch: 1);

    public ConsistencyState? State => RoutingSession.Current?.StateFor(this);

    public List<ConsistencyState> Ended { get; } = [];

    public async ValueTask<WalPosition?> SampleAsync(long moment, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Error is not null)
            throw Error;
        Samples++;
        _newest = Math.Max(_newest, moment == 0 ? 0 : Now);
        return new((ulong)_newest);
    }

    public void NoteSessionEnd(ConsistencyState state)
    {
        lock (Ended)
            Ended.Add(state);
    }
}

using System.Data.Common;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>What a program reads and writes through in one workload. Each workload has its own: the socket of a pooled connection that was once used
/// asynchronously is never again as fast synchronously.</summary>
/// <param name="reads">For reads.</param>
/// <param name="writes">For writes; the same object where the contender tells reads from writes itself.</param>
/// <param name="owned">What is disposed with this.</param>
internal sealed class Endpoints(DbDataSource reads, DbDataSource writes, params IAsyncDisposable[] owned) : IAsyncDisposable
{
    public DbDataSource Reads { get; } = reads;

    public DbDataSource Writes { get; } = writes;

    public async ValueTask DisposeAsync()
    {
        foreach (var each in owned)
            await each.DisposeAsync();
    }
}

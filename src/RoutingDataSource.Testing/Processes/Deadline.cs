using System.Diagnostics;

namespace ReplicaRouting.Testing;

/// <summary>The end of one wait. States of servers can only be polled; this is the one place that does.</summary>
internal readonly struct Deadline(TimeSpan timeout, CancellationToken cancellationToken)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(5);

    private readonly long _start = Stopwatch.GetTimestamp();

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public bool HasPassed => Stopwatch.GetElapsedTime(_start) > timeout;

    /// <summary>Polls until the condition holds.</summary>
    /// <exception cref="PostgresClusterException">It did not hold in time; <paramref name="what"/> says what is wrong instead.</exception>
    public Task UntilAsync(Func<bool> condition, Func<string> what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, Func{string})"/>
    public async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        while (!await condition().ConfigureAwait(false))
        {
            CancellationToken.ThrowIfCancellationRequested();
            if (HasPassed) throw new PostgresClusterException($"After {timeout.TotalSeconds:0.#} s {what()}.");
            await Task.Delay(_pause, CancellationToken).ConfigureAwait(false);
        }
    }
}

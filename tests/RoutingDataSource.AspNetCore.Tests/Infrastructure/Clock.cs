namespace ReplicaRouting.AspNetCore.Tests.Infrastructure;

/// <summary>A clock that stands still until it is told otherwise.</summary>
internal sealed class Clock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

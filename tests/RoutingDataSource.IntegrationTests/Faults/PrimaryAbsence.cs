using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>When the primary was cut off last, with no other to take its place. Immutable.</summary>
/// <param name="Begun">When it was cut off, in ticks of <see cref="Stopwatch"/>; 0 if it never was.</param>
/// <param name="Ended">When the network was mended; 0 while it is cut.</param>
internal sealed record PrimaryAbsence(long Begun, long Ended)
{
    /// <summary>How long after the return a read was answered that waited for it; null for a read that did not.</summary>
    /// <param name="started">When the read began.</param>
    /// <param name="ended">When it was answered.</param>
    public TimeSpan? AfterReturn(long started, long ended) =>
        Begun != 0 && Ended != 0 && started < Ended && ended > Ended ? Stopwatch.GetElapsedTime(Ended, ended) : null;
}

namespace ReplicaRouting.Diagnostics;

/// <summary>Counts decisions by target and reason. Takes no lock; as large as the two closed sets.</summary>
internal sealed class ShadowCounts
{
    private static readonly int Reasons = Enum.GetValues<RouteReason>().Length;

    private readonly long[] _commands = new long[2 * Reasons];
    private readonly long[] _ticks = new long[2 * Reasons];

    public void Add(RouteTarget target, RouteReason reason, TimeSpan time)
    {
        var cell = (int)reason + (target == RouteTarget.Replica ? Reasons : 0);
        Interlocked.Increment(ref _commands[cell]);
        Interlocked.Add(ref _ticks[cell], time.Ticks);
    }

    /// <summary>What was counted, the most time first.</summary>
    public List<ShadowCount> Read() =>
    [
        .. Enumerable.Range(0, _commands.Length)
            .Select(cell => new ShadowCount(
                cell < Reasons ? RouteTarget.Primary : RouteTarget.Replica,
                (RouteReason)(cell % Reasons),
                Interlocked.Read(ref _commands[cell]),
                TimeSpan.FromTicks(Interlocked.Read(ref _ticks[cell]))))
            .Where(count => count.Commands > 0)
            .OrderByDescending(count => count.Time)
            .ThenByDescending(count => count.Commands)
            .ThenBy(count => count.Reason),
    ];
}

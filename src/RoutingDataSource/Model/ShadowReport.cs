using System.Globalization;

namespace ReplicaRouting;

/// <summary>What routing would have done with the commands that ran in shadow mode. Immutable.</summary>
/// <remarks>Commands that failed, COPY and commands beside an open reader are not counted. Time is that of the primary until the first row.</remarks>
public sealed class ShadowReport
{
    internal ShadowReport(IReadOnlyList<ShadowCount> counts, int textsChecked, IReadOnlyList<ShadowRefusal> refusals)
    {
        Counts = counts;
        TextsChecked = textsChecked;
        Refusals = refusals;
        foreach (var count in counts)
        {
            (Commands, Time) = (Commands + count.Commands, Time + count.Time);
            if (count.Target == RouteTarget.Replica)
                (CommandsToReplicas, TimeToReplicas) = (CommandsToReplicas + count.Commands, TimeToReplicas + count.Time);
        }
    }

    /// <summary>Gets how many commands have run in shadow mode.</summary>
    public long Commands { get; }

    /// <summary>Gets how many of them would have gone to a replica.</summary>
    public long CommandsToReplicas { get; }

    /// <summary>Gets the share of the commands that would have gone to replicas, from 0 to 1; 0 when none has run.</summary>
    public double ShareOfCommands => Commands == 0 ? 0 : (double)CommandsToReplicas / Commands;

    /// <summary>Gets how long the commands took together.</summary>
    public TimeSpan Time { get; }

    /// <summary>Gets how long those took that would have gone to a replica.</summary>
    public TimeSpan TimeToReplicas { get; }

    /// <summary>Gets the share of the time that would have gone to replicas, from 0 to 1; 0 when none has passed.</summary>
    public double ShareOfTime => Time == TimeSpan.Zero ? 0 : TimeToReplicas / Time;

    /// <summary>Gets the commands by where they would have gone and why, the most time first: those that stay on the primary tell by their
    /// reasons what keeps them there.</summary>
    public IReadOnlyList<ShadowCount> Counts { get; }

    /// <summary>Gets how many texts a replica was asked to explain (<see cref="RoutingOptions.ShadowChecksPerMinute"/>).</summary>
    public int TextsChecked { get; }

    /// <summary>Gets the texts that a replica refused then; the first 100.</summary>
    public IReadOnlyList<ShadowRefusal> Refusals { get; }

    /// <summary>Returns the report in a few lines.</summary>
    /// <returns>Shares, reasons and refusals.</returns>
    public override string ToString() => string.Join(Environment.NewLine,
    [
        string.Create(CultureInfo.InvariantCulture, $"{Commands} commands; to replicas: {ShareOfCommands:0.0%} of them, {ShareOfTime:0.0%} of their time"),
        .. Counts.Select(count => string.Create(
            CultureInfo.InvariantCulture, $"  {(count.Target == RouteTarget.Replica ? "replica" : "primary")} {count.Reason}: {count.Commands} commands, {count.Time.TotalMilliseconds:0.0} ms")),
        string.Create(CultureInfo.InvariantCulture, $"{TextsChecked} texts explained on a replica, {Refusals.Count} refused"),
        .. Refusals.Select(refusal => $"  {refusal.SqlState} on {refusal.Node}: {refusal.Text}"),
    ]);
}

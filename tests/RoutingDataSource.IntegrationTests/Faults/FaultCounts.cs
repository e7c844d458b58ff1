namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>What a run counted. Every field but the totals must be zero at the end.</summary>
internal sealed class FaultCounts
{
    public long Reads;
    public long Failed;
    public long RefusedNobodyAlive;
    public long Stale;
    public long Backwards;
    public long Doubled;
    public long Misrouted;
    public long SlowestReadMs;
    public long Writes;
    public long WriteErrors;
    public long LostAcknowledged;

    public bool IsClean => Failed == 0 && Stale == 0 && Backwards == 0 && Doubled == 0 && Misrouted == 0 && Reads > 0 && Writes > 0;

    public void NoteReadTime(TimeSpan elapsed)
    {
        var milliseconds = (long)elapsed.TotalMilliseconds;
        long seen;
        while (milliseconds > (seen = Interlocked.Read(ref SlowestReadMs)) &&
            Interlocked.CompareExchange(ref SlowestReadMs, milliseconds, seen) != seen)
        {
        }
    }

    public override string ToString() =>
        $"faults: reads={Reads} failed={Failed} stale={Stale} backwards={Backwards} doubled={Doubled} misrouted={Misrouted} " +
        $"slowest_read_ms={SlowestReadMs} writes={Writes} lost_acknowledged={LostAcknowledged} write_errors={WriteErrors} refused_nobody_alive={RefusedNobodyAlive}";
}

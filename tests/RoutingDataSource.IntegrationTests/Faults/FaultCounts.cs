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
    public long SlowestFirstWriteMs;

    public bool IsClean => Failed == 0 && Stale == 0 && Backwards == 0 && Doubled == 0 && Misrouted == 0 && Reads > 0 && Writes > 0;

    public void NoteReadTime(TimeSpan elapsed) => Raise(ref SlowestReadMs, elapsed);

    public void NoteFirstWrite(TimeSpan elapsed) => Raise(ref SlowestFirstWriteMs, elapsed);

    private static void Raise(ref long slowest, TimeSpan elapsed)
    {
        var milliseconds = (long)elapsed.TotalMilliseconds;
        long seen;
        while (milliseconds > (seen = Interlocked.Read(ref slowest)) && Interlocked.CompareExchange(ref slowest, milliseconds, seen) != seen)
        {
        }
    }

    public override string ToString() =>
        $"faults: reads={Reads} failed={Failed} stale={Stale} backwards={Backwards} doubled={Doubled} misrouted={Misrouted} " +
        $"slowest_read_ms={SlowestReadMs} writes={Writes} lost_acknowledged={LostAcknowledged} write_errors={WriteErrors} slowest_first_write_after_promotion_ms={SlowestFirstWriteMs} refused_nobody_alive={RefusedNobodyAlive}";
}

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
    public long SlowestFrozenReadMs;
    public long SlowestReadInPromotionMs;
    public long SlowestReadAfterReturnMs;

    public bool IsClean => Failed == 0 && Stale == 0 && Backwards == 0 && Doubled == 0 && Misrouted == 0 && Reads > 0 && Writes > 0;

    /// <summary>A read was answered.</summary>
    /// <param name="elapsed">How long it took, with the opening of its connection.</param>
    /// <param name="inPromotion">Whether a promotion was under way, and the read takes no time of its own: reads that must show what was written
    /// wait for the new primary.</param>
    /// <param name="ofSilence">Whether a replica was silent meanwhile, and the read takes no time of its own.</param>
    /// <param name="afterReturn">How long after the return of a primary that was cut off, for a read that waited for it: nobody else has what it must
    /// show, so the length of the cut is no fault of the router.</param>
    public void NoteReadTime(TimeSpan elapsed, bool inPromotion, bool ofSilence, TimeSpan? afterReturn)
    {
        Raise(ref SlowestReadMs, elapsed);
        if (afterReturn is { } waited)
            Raise(ref SlowestReadAfterReturnMs, waited);
        else if (inPromotion)
            Raise(ref SlowestReadInPromotionMs, elapsed);
        else if (ofSilence)
            Raise(ref SlowestFrozenReadMs, elapsed);
    }

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
        $"slowest_read_ms={SlowestReadMs} writes={Writes} lost_acknowledged={LostAcknowledged} write_errors={WriteErrors} slowest_first_write_after_promotion_ms={SlowestFirstWriteMs} refused_nobody_alive={RefusedNobodyAlive} " +
        $"slowest_frozen_read_ms={SlowestFrozenReadMs} slowest_read_in_promotion_ms={SlowestReadInPromotionMs} slowest_read_after_cut_of_primary_ms={SlowestReadAfterReturnMs}";
}

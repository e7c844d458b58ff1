namespace ReplicaRouting.Model;

/// <summary>How effects on a session add up.</summary>
internal static class SessionEffects
{
    private const SessionEffect Transaction = SessionEffect.BeginsTransaction | SessionEffect.EndsTransaction;
    private const SessionEffect State = SessionEffect.LeavesState | SessionEffect.ClearsState;

    /// <summary>The net effect of two texts that run one after the other: the later word on transactions and on state stands.</summary>
    public static SessionEffect Then(this SessionEffect first, SessionEffect second)
    {
        if ((second & Transaction) != 0)
            first &= ~Transaction;
        if ((second & State) != 0)
            first &= ~State;
        return first | second;
    }
}

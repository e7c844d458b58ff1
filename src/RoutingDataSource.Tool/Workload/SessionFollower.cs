using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Workload;

/// <summary>Follows what the statements of one session leave behind: a transaction, or state on the connection.</summary>
internal sealed class SessionFollower
{
    // Functions of the user's own do not matter for BEGIN, COMMIT and SET.
    private static readonly FunctionCatalog _builtIn = new(new ClassificationOptions(), userFunctions: []);

    private bool _isInTransaction;
    private bool _isPinned;

    /// <summary>Gets why a read that comes now stays on the primary; <see langword="null"/> when it need not.</summary>
    internal RouteReason? Circumstance =>
        _isInTransaction ? RouteReason.InTransaction : _isPinned ? RouteReason.SessionPinned : null;

    internal void Follow(string statement)
    {
        var found = StatementClassifier.Classify(statement, _builtIn);
        var effect = found.SessionEffect;
        if ((effect & SessionEffect.EndsTransaction) != 0)
            _isInTransaction = false;
        if ((effect & SessionEffect.BeginsTransaction) != 0)
            _isInTransaction = true;
        if ((effect & SessionEffect.ClearsState) != 0)
            _isPinned = false;

        // An unknown function may leave state; whether it does is not for a log to tell, so only what is certain counts.
        if ((effect & SessionEffect.LeavesState) != 0 && found.Reason == RouteReason.SessionState)
            _isPinned = true;
    }
}

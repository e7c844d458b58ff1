using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// Preparing a command before it runs.
public partial class RoutingConnection
{
    private bool _preparesOnReplica;

    /// <summary>Gets the inner connection that a text would run on now, and its generation, for preparing it there.</summary>
    internal async ValueTask<(NpgsqlConnection Inner, int Generation)> AcquireForAsync(
        string text, StatementClass statement, bool async, CancellationToken cancellationToken)
    {
        _preparesOnReplica = false;
        if (CheckOpen(out var busyGeneration) is { } busy)
            return (busy, busyGeneration);
        var decision = Decide(text, statement);
        LeaveFallback(); // no read runs yet
        if (decision.Target == RouteTarget.Replica)
        {
            _preparesOnReplica = decision.IsFreeRead;
            var replica = await AcquireReplicaAsync(decision.Node, async, cancellationToken).ConfigureAwait(false);
            if (decision.IsFreeRead && decision.WaitFor == default)
                NoteReplicaRead(); // later executions stay where it was prepared
            return (replica, _replica.Generation);
        }

        return (await AcquirePrimaryAsync(async, enlist: false, cancellationToken).ConfigureAwait(false), _primary.Generation);
    }

    /// <summary>Whether an inner connection is one of those that are open for this one, and in which generation.</summary>
    internal bool Holds(NpgsqlConnection? inner, out int generation)
    {
        generation = 0;
        if (_primary.IsHeld && ReferenceEquals(inner, _primary.Connection))
            generation = _primary.Generation;
        else if (_replica.IsHeld && ReferenceEquals(inner, _replica.Connection))
            generation = _replica.Generation;
        else
            return false;
        return true;
    }

    /// <summary>Whether a command could not be prepared because a replica was lost: it will be prepared where it runs.</summary>
    internal bool IsPreparedLater(Exception error)
    {
        if (!_preparesOnReplica || !(_replica.IsHeld ? Failure.IsLostRead(error) : IsOfOpening(error)) || !Source.TryRerun())
            return false;
        if (Failure.IsUnreachable(error))
            Source.RequestProbes();
        return true;
    }

    // An inner connection that never opened has sent nothing, whatever its error.
    private static bool IsOfOpening(Exception error) => error is not (OperationCanceledException or ArgumentException or InvalidOperationException);
}

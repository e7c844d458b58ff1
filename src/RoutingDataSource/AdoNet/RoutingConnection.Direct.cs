using System.Data;
using System.Runtime.CompilerServices;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Diagnostics;

namespace ReplicaRouting;

// The usual case: a read goes to the replica whose connection is open already. Nothing has to be opened, waited for or followed, so there is as
// little as can be between the program and Npgsql; whatever is different, or fails, goes the long way.
public partial class RoutingConnection
{
    /// <summary>Runs an operation, for a command of the data source's between an Open and a Close of this connection.</summary>
    internal ValueTask<T> ExecuteAsync<TOperation, T>(TOperation operation, bool opens, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        if (opens)
            return OpenAndExecuteAsync<TOperation, T>(operation, async, cancellationToken);
        if (!IsReplicaReady || operation.ClosesConnection || operation.IsPrepared || cancellationToken.IsCancellationRequested)
            return ExecuteAsync<TOperation, T>(operation, null, null, async, cancellationToken);
        StatementClass statement;
        RouteDecision decision;
        try
        {
            statement = operation.Statement;
            if (!statement.IsReadOnly)
                return ExecuteAsync<TOperation, T>(operation, null, null, async, cancellationToken);
            decision = Decide(operation.Text, statement);
        }
        catch (Exception error) when (async)
        {
            return ValueTask.FromException<T>(error);
        }

        var node = _replica.Node!.Index;
        if (decision is not { Target: RouteTarget.Replica, IsFreeRead: true } || decision.Node != node || decision.WaitFor != default)
            return ExecuteAsync<TOperation, T>(operation, decision, null, async, cancellationToken);
        ValueTask<T> running;
        _running = (object?)operation.Command ?? operation.Text;
        try
        {
            var inner = _replica.Connection!;
            operation.BindAsync(inner, _replica.Generation, async, cancellationToken).WaitForSync();
            RoutingActivity.Announce(inner, operation.Command, RouteTarget.Replica, decision.Reason, wasRerun: false);
            running = async ? operation.RunAsync(cancellationToken) : new(operation.Run());
        }
        catch (Exception error)
        {
            _running = null;
            return ExecuteAsync<TOperation, T>(operation, decision, error, async, cancellationToken);
        }

        if (!running.IsCompletedSuccessfully)
            return FinishAsync<TOperation, T>(operation, statement, decision, running, cancellationToken);
        var result = running.Result;
        Finish<TOperation, T>(operation, statement, decision);
        return new(result);
    }

    private bool IsReplicaReady =>
        _state == ConnectionState.Open
        && _replica is { IsHeld: true, IsReset: false }
        && _replica.Connection!.FullState == ConnectionState.Open
        && !_primary.IsHeld
        && _running is null
        && _settings is null
        && !Source.FollowsSession
        && Source.Shadow is null;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> FinishAsync<TOperation, T>(
        TOperation operation, StatementClass statement, RouteDecision decision, ValueTask<T> running, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T>
    {
        T result;
        try
        {
            result = await running.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _running = null;
            return await ExecuteAsync<TOperation, T>(operation, decision, error, async: true, cancellationToken).ConfigureAwait(false);
        }

        Finish<TOperation, T>(operation, statement, decision);
        return result;
    }

    private void Finish<TOperation, T>(in TOperation operation, in StatementClass statement, in RouteDecision decision)
        where TOperation : struct, IOperation<T>
    {
        _running = null;
        AfterSuccess(decision, statement, operation.IsComplete);
        if (!operation.IsComplete)
            BeginRead(decision, statement, operation.Command is null || HasSeveralStatements(operation.Text));
        operation.Routed(decision, succeeded: true);
    }
}

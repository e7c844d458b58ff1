using System.Transactions;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Consistency;

namespace ReplicaRouting;

// What the connection remembers of the commands that ran on it.
public partial class RoutingConnection
{
    private RoutingTransaction? _transaction;
    private Transaction? _ambient;
    private bool _isInTextTransaction;
    private bool _isTextTransactionOnReplica;
    private SessionSettings? _settings;
    private bool _isPinned;
    private ConsistencyState? _own;
    private ConsistencyState? _openWrite;
    private Transaction? _ambientWrite;
    private ConsistencyState? _ambientState;
    private bool _isInFallback;
    private NpgsqlConnection? _handedOut; // what a reader is open on that counts as a pending write or as a read that fell back
    private bool _wasSeenToEnd; // the pending write, by a read of its session
    private bool _isTransactionInFallback; // the place is a transaction's, until it ends
    private ConsistencyState? _openRead; // whose last read has statements that may run while its reader is open
    private int _openReadNode; // a replica; -1 for the primary

    /// <summary>Gets the transaction that was begun on this connection and has not ended.</summary>
    internal RoutingTransaction? ActiveTransaction => _transaction is { HasEnded: false } active ? active : null;

    private bool IsTransactionOnReplica => _isTextTransactionOnReplica || ActiveTransaction is { IsOnReplica: true };

    /// <summary>Whose writes this connection's reads must show; <see langword="null"/> when nobody's.</summary>
    private ConsistencyState? Seen => Source.Options.ReadYourWrites == ReadYourWrites.None ? null : Source.AmbientState() ?? _own;

    private ConsistencyState? SeenForNotes =>
        Source.Options.ReadYourWrites == ReadYourWrites.None ? null : Source.AmbientState() ?? (_own ??= new(Source.MaxPin));

    private RouteDecision BeforePrimary(in RouteDecision decision, in StatementClass statement)
    {
        if (statement.MayWrite)
        {
            _primary.IsDirty = true;
            BeginWrite();
            if ((statement.SessionEffect & SessionEffect.BeginsTransaction) != 0)
                _isInTextTransaction = true;
            if ((statement.SessionEffect & SessionEffect.LeavesState) != 0)
                _isPinned = true;
        }

        return decision.Node == _primary.Node!.Index ? decision : decision with { Node = _primary.Node.Index };
    }

    private void AfterSuccess(in RouteDecision decision, in StatementClass statement, bool isComplete)
    {
        Source.Count(decision.Node, decision.Target, decision.Reason, statement.IsReadOnly);
        if (decision.Target == RouteTarget.Replica)
        {
            if (SeenForNotes is { } state)
            {
                NoteReplicaRead(state, decision.Node);
                if (state.IsPinned && decision.Reason == RouteReason.ProvenRead)
                    Source.NotePinEnd(state);
            }

            if (!decision.IsFreeRead && !statement.IsReadOnly)
                FollowText(statement.SessionEffect & SessionEffect.EndsTransaction); // COMMIT in a read-only transaction
            return;
        }

        if (!statement.MayWrite)
        {
            if (Source.Nodes.Length > 1 && SeenForNotes is { } seen)
            {
                if (decision is { ShadowReason: not null, ShadowNode: >= 0 }) // the session goes on as if it had read there
                    NoteReplicaRead(seen, decision.ShadowNode);
                else
                    seen.NotePrimaryRead(Source.Time.GetTimestamp());
                if ((decision.ShadowReason ?? decision.Reason) == RouteReason.ReadYourWrites)
                    Source.RequestProbes(); // the position that frees the session is one that is sampled after this read
            }

            return;
        }

        FollowText(statement.SessionEffect);
        if (isComplete && !IsInTransaction)
            EndWrite();
    }

    // Where each command chooses anew, what another replica has shown does not bind it.
    private void NoteReplicaRead(ConsistencyState state, int node)
    {
        if (Source.Options.SwitchReplica == SwitchReplica.PerConnection)
            state.NoteReplicaRead(node, Source.Time.GetTimestamp());
    }

    /// <summary>What was read on the replica until now, by whatever means.</summary>
    private void NoteReplicaRead()
    {
        if (_replica.IsHeld && SeenForNotes is { } state)
            NoteReplicaRead(state, _replica.Node!.Index);
    }

    /// <summary>A read has answered, and its reader is the program's now. Of several statements each shows what there is when the rows before it were read.</summary>
    private void BeginRead(in RouteDecision decision, in StatementClass statement, bool hasSeveralStatements)
    {
        if (hasSeveralStatements && !statement.MayWrite && decision.ShadowReason is null && SeenForNotes is { } state)
            (_openRead, _openReadNode) = (state, decision.Target == RouteTarget.Replica ? decision.Node : -1);
    }

    /// <summary>The reader before this moment has been read to its end, or closed.</summary>
    private void EndRead()
    {
        if (_openRead is not { } state)
            return;
        _openRead = null;
        if (_openReadNode >= 0 && (state.Replica == _openReadNode || Source.Options.SwitchReplica == SwitchReplica.PerCommand))
            NoteReplicaRead(state, _openReadNode);
        else
            state.NotePrimaryRead(Source.Time.GetTimestamp()); // wherever it was, nobody may show less
    }

    bool IHandedOut.HasEnded =>
        (_handedOut!.FullState & (System.Data.ConnectionState.Executing | System.Data.ConnectionState.Fetching)) == 0;

    /// <summary>A command has answered, and what it does ends with a reader that is the program's now.</summary>
    private void HandOut()
    {
        if (_isTransactionInFallback)
            return;
        if (_openWrite is { } write && write != _own && !IsInTransaction)
        {
            _handedOut = _primary.Connection;
            write.HandOutWrite(this);
        }
        else if (_isInFallback)
        {
            _handedOut = _primary.Connection;
            Source.FallbackReaders.Add(this);
        }
    }

    /// <summary>From here on this connection itself knows when what it had handed out ends.</summary>
    private void TakeBack()
    {
        if (_handedOut is null)
            return;
        if (_openWrite is { } write)
            _wasSeenToEnd = !write.TakeBackWrite(this);
        else if (_isInFallback && !Source.FallbackReaders.TakeBack(this))
        {
            _isInFallback = false; // its place was given to another read
        }

        _handedOut = null;
    }

    private void AfterFailure(in RouteDecision decision, in StatementClass statement, string text, Exception error)
    {
        LeaveFallback();
        // A text that only begins a transaction and fails has begun none; one of several statements may have failed behind its BEGIN.
        if ((statement.SessionEffect & SessionEffect.BeginsTransaction) != 0 && decision.Reason != RouteReason.InTransaction && !HasSeveralStatements(text))
            _isInTextTransaction = false;
        if (error is PostgresException && (statement.SessionEffect & SessionEffect.EndsTransaction) != 0)
            AfterFailedEnd(text);
        if (decision.Target != RouteTarget.Primary)
            return;
        if (error is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction })
            Source.RequestProbes(); // the primary may have moved
        if (statement.MayWrite && !IsInTransaction)
            EndWrite(); // it may have happened
    }

    // A COMMIT that fails has ended its transaction as well; a text of several statements may have failed before it came to its COMMIT.
    private void AfterFailedEnd(string text)
    {
        if (ActiveTransaction is { } transaction)
        {
            if (transaction.HasInnerEnded())
                transaction.NoteEnd();
        }
        else
        {
            EndTextTransaction();
            _isInTextTransaction = HasSeveralStatements(text);
        }
    }

    private static bool HasSeveralStatements(string text) => text.AsSpan().TrimEnd().TrimEnd(';').Contains(';');

    private void EndTextTransaction()
    {
        _isInTextTransaction = false;
        EndTransactionInFallback();
        if (!_isTextTransactionOnReplica)
            return;
        _isTextTransactionOnReplica = false;
        NoteReplicaRead();
    }

    private void FollowText(SessionEffect effect)
    {
        if ((effect & SessionEffect.EndsTransaction) != 0)
        {
            EndTextTransaction();
            _transaction?.NoteEnd();
        }

        if ((effect & SessionEffect.ClearsState) != 0)
        {
            _isPinned = false;
            _settings = null;
        }
    }

    private bool IsInTransaction => _isInTextTransaction || ActiveTransaction is not null || (_ambient is not null && IsAmbientActive());

    private bool IsAmbientActive()
    {
        try
        {
            if (_ambient!.TransactionInformation.Status == TransactionStatus.Active)
                return true;
        }
        catch (ObjectDisposedException)
        {
            // the scope is over
        }

        _ambient = null;
        return false;
    }

    private void BeginWrite()
    {
        if (SeenForNotes is not { } state)
            return;
        if (_ambient is { } ambient && IsAmbientActive())
        {
            // The write ends when the scope does, by when this connection may have been closed.
            if (_ambientWrite == ambient && _ambientState == state)
                return;
            (_ambientWrite, _ambientState) = (ambient, state);
            state.BeginWrite();
            var time = Source.Time;
            ambient.TransactionCompleted += (_, _) => state.EndWrite(time.GetTimestamp());
            return;
        }

        if (_handedOut is not null)
            EndWrite(); // its reader is closed, or this one could not begin
        if (_openWrite is not null)
            return;
        _openWrite = state;
        state.BeginWrite();
    }

    /// <summary>What was written on this connection has ended by now, one way or the other.</summary>
    internal void EndWrite()
    {
        if (_openWrite is not { } ended)
            return;
        TakeBack();
        _openWrite = null;
        var now = Source.Time.GetTimestamp();
        if (!_wasSeenToEnd)
            ended.EndWrite(now);
        _wasSeenToEnd = false;
        // A session may have begun or ended in between, and the connection goes on without it.
        if (SeenForNotes is { } seen && seen != ended)
            seen.NoteWrite(now);
        if (ended != _own && Source.Options.ReadYourWrites != ReadYourWrites.None)
            (_own ??= new(Source.MaxPin)).NoteWrite(now);
    }

    private void EndTransactionInFallback()
    {
        _isTransactionInFallback = false;
        LeaveFallback();
    }

    private void ForgetSessionState()
    {
        EndWrite();
        EndTransactionInFallback();
        _transaction = null;
        _ambient = null;
        _isInTextTransaction = false;
        _isTextTransactionOnReplica = false;
        _isPinned = false;
        _settings = null;
    }

    private void ReleaseStickiness()
    {
        if (_own is { Replica: >= 0 } own)
            own.ReleaseReplica(Source.History, Source.Table.Snapshot.Epoch, Source.Table.LeastReplayed);
    }
}

using System.Data;
using Npgsql;
using ReplicaRouting.AdoNet;
using ReplicaRouting.Model;

namespace ReplicaRouting;

// Executing and preparing.
public sealed partial class RoutingBatch
{
    private string FirstText => _inner.BatchCommands.Count == 0 ? "" : _inner.BatchCommands[0].CommandText;

    // The first command that is not a read decides, one that is sent to the primary by a hint being half of one; the effects on the session add up in their order.
    private StatementClass Statement
    {
        get
        {
            var source = RequireConnection().Source;
            var commands = _inner.BatchCommands;
            if (commands.Count == 0)
                return new() { Reason = RouteReason.Empty };
            var whole = default(StatementClass);
            for (var i = 0; i < commands.Count; i++)
            {
                var statement = commands[i].CommandType switch
                {
                    CommandType.StoredProcedure => new() { Reason = RouteReason.HiddenStatement, SessionEffect = SessionEffect.LeavesState },
                    CommandType.TableDirect => source.Classify("SELECT * FROM " + commands[i].CommandText),
                    _ => source.Classify(commands[i].CommandText),
                };
                var decides = i == 0 || (whole.IsReadOnly && !statement.IsReadOnly) || (!whole.MayWrite && statement.MayWrite);
                whole = (decides ? statement : whole) with
                {
                    SessionEffect = whole.SessionEffect.Then(statement.SessionEffect),
                    Hint = i == 0 ? statement.Hint : whole.Hint,
                    ReachesOutside = whole.ReachesOutside || statement.ReachesOutside,
                };
            }

            return whole;
        }
    }

    private bool HasStreams
    {
        get
        {
            for (var i = 0; i < _inner.BatchCommands.Count; i++)
            {
                var parameters = _inner.BatchCommands[i].Parameters;
                for (var j = 0; j < parameters.Count; j++)
                {
                    if (parameters[j].Value is Stream or TextReader)
                        return true;
                }
            }

            return false;
        }
    }

    private RoutingConnection RequireConnection() => _connection ?? throw NoConnection();

    // As Npgsql: what cannot run says so with its task.
    private static ValueTask<T> Refuse<T>(bool async) => async ? ValueTask.FromException<T>(NoConnection()) : throw NoConnection();

    private static InvalidOperationException NoConnection() => new("Connection property has not been initialized.");

    private ValueTask<NpgsqlDataReader> ReadAsync(bool async, CommandBehavior behavior, CancellationToken cancellationToken) =>
        RunAsync<Reader, NpgsqlDataReader>(
            new(this, _isDataSourceBatch ? behavior | CommandBehavior.CloseConnection : behavior), async, cancellationToken);

    private ValueTask<T> RunAsync<TOperation, T>(TOperation operation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T> =>
        _connection is { } connection
            ? connection.ExecuteAsync<TOperation, T>(operation, _isDataSourceBatch, async, cancellationToken)
            : Refuse<T>(async);

    private ValueTask PrepareAsync(bool async, CancellationToken cancellationToken)
    {
        if (_isDataSourceBatch)
            throw NotOnDataSourceBatch();
        var connection = RequireConnection();
        connection.CheckOpen();
        return PrepareAsync(connection, async, cancellationToken);
    }

    private async ValueTask PrepareAsync(RoutingConnection connection, bool async, CancellationToken cancellationToken)
    {
        _isPrepared = true;
        _preparedOn = null;
        try
        {
            var (inner, generation) = await connection.AcquireForAsync(FirstText, Statement, async, cancellationToken).ConfigureAwait(false);
            await BindAsync(inner, generation, async, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (connection.IsPreparedLater(error))
        {
            _isPrepared = !cancellationToken.IsCancellationRequested; // wherever the command runs it is prepared first
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch
        {
            _isPrepared = false;
            throw;
        }
    }

    private ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(_inner.Connection, inner))
            _inner.Connection = inner;
        if (!ReferenceEquals(_boundTo, inner) || _boundGeneration != generation)
        {
            if (_boundTo is not null)
                BatchPreparation.Forget(_inner.BatchCommands);
            _boundTo = inner;
            _boundGeneration = generation;
        }

        if (!_isTimeoutSet)
            _inner.Timeout = inner.CommandTimeout;
        if (_isInnerTaken)
            _connection!.MarkDirty(inner);
        return _isPrepared && (!ReferenceEquals(_preparedOn, inner) || _preparedGeneration != generation)
            ? PrepareInnerAsync(inner, generation, async, cancellationToken)
            : ValueTask.CompletedTask;
    }

    private async ValueTask PrepareInnerAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken)
    {
        if (async)
            await _inner.PrepareAsync(cancellationToken).ConfigureAwait(false);
        else
            _inner.Prepare();
        _preparedOn = inner;
        _preparedGeneration = generation;
    }

    private void Routed(in RouteDecision decision)
    {
        _lastDecision = decision;
        _lastSource = _connection!.Source;
    }

    // Which of the commands was refused is not known here, so the whole batch stays on the primary when one of its texts is run again.
    private bool RememberRefusal(RoutingDataSource source)
    {
        var isNew = false;
        for (var i = 0; i < _inner.BatchCommands.Count; i++)
            isNew |= source.RememberRefusal(_inner.BatchCommands[i].CommandText);
        return isNew;
    }

    private readonly struct Reader(RoutingBatch batch, CommandBehavior behavior) : IOperation<NpgsqlDataReader>
    {
        public StatementClass Statement => batch.Statement;

        public string Text => batch.FirstText;

        public NpgsqlCommand? Command => null;

        public bool IsComplete => false;

        public bool CanRepeat => batch is { HasStreams: false, EnableErrorBarriers: false }; // behind a barrier stands what has happened

        public bool IsPrepared => batch._isPrepared;

        public bool ClosesConnection => (behavior & CommandBehavior.CloseConnection) != 0;

        public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken) =>
            batch.BindAsync(inner, generation, async, cancellationToken);

        public NpgsqlDataReader Run() => batch._inner.ExecuteReader(behavior);

        public ValueTask<NpgsqlDataReader> RunAsync(CancellationToken cancellationToken) => new(batch._inner.ExecuteReaderAsync(behavior, cancellationToken));

        public void Routed(in RouteDecision decision, bool succeeded) => batch.Routed(decision);

        public bool RememberRefusal(RoutingDataSource source) => batch.RememberRefusal(source);
    }

    private readonly struct NonQuery(RoutingBatch batch) : IOperation<int>
    {
        public StatementClass Statement => batch.Statement;

        public string Text => batch.FirstText;

        public NpgsqlCommand? Command => null;

        public bool IsComplete => true;

        public bool CanRepeat => batch is { HasStreams: false, EnableErrorBarriers: false }; // behind a barrier stands what has happened

        public bool IsPrepared => batch._isPrepared;

        public bool ClosesConnection => false;

        public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken) =>
            batch.BindAsync(inner, generation, async, cancellationToken);

        public int Run() => batch._inner.ExecuteNonQuery();

        public ValueTask<int> RunAsync(CancellationToken cancellationToken) => new(batch._inner.ExecuteNonQueryAsync(cancellationToken));

        public void Routed(in RouteDecision decision, bool succeeded) => batch.Routed(decision);

        public bool RememberRefusal(RoutingDataSource source) => batch.RememberRefusal(source);
    }

    private readonly struct Scalar(RoutingBatch batch) : IOperation<object?>
    {
        public StatementClass Statement => batch.Statement;

        public string Text => batch.FirstText;

        public NpgsqlCommand? Command => null;

        public bool IsComplete => true;

        public bool CanRepeat => batch is { HasStreams: false, EnableErrorBarriers: false }; // behind a barrier stands what has happened

        public bool IsPrepared => batch._isPrepared;

        public bool ClosesConnection => false;

        public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken) =>
            batch.BindAsync(inner, generation, async, cancellationToken);

        public object? Run() => batch._inner.ExecuteScalar();

        public ValueTask<object?> RunAsync(CancellationToken cancellationToken) => new(batch._inner.ExecuteScalarAsync(cancellationToken));

        public void Routed(in RouteDecision decision, bool succeeded) => batch.Routed(decision);

        public bool RememberRefusal(RoutingDataSource source) => batch.RememberRefusal(source);
    }
}

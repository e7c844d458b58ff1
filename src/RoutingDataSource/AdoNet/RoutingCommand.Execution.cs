using System.Data;
using System.Data.Common;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// Executing.
public sealed partial class RoutingCommand
{
    /// <summary>Executes the text where it may run.</summary>
    /// <param name="behavior">How the result will be read.</param>
    /// <returns>Npgsql's own reader.</returns>
    public new NpgsqlDataReader ExecuteReader(CommandBehavior behavior = CommandBehavior.Default) =>
        ReadAsync(async: false, behavior, CancellationToken.None).WaitForSync();

    /// <summary>Executes the text where it may run.</summary>
    /// <param name="cancellationToken">Cancels the execution.</param>
    /// <returns>Npgsql's own reader.</returns>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken cancellationToken = default) =>
        AsTask(ReadAsync(async: true, CommandBehavior.Default, cancellationToken));

    /// <summary>Executes the text where it may run.</summary>
    /// <param name="behavior">How the result will be read.</param>
    /// <param name="cancellationToken">Cancels the execution.</param>
    /// <returns>Npgsql's own reader.</returns>
    public new Task<NpgsqlDataReader> ExecuteReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken = default) =>
        AsTask(ReadAsync(async: true, behavior, cancellationToken));

    /// <inheritdoc />
    public override int ExecuteNonQuery() => RunAsync<NonQuery, int>(new(this), async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken) =>
        AwaitAsync(RunAsync<NonQuery, int>(new(this), async: true, cancellationToken));

    /// <inheritdoc />
    public override object? ExecuteScalar() => RunAsync<Scalar, object?>(new(this), async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc />
    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken) =>
        AwaitAsync(RunAsync<Scalar, object?>(new(this), async: true, cancellationToken));

    /// <inheritdoc />
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => ExecuteReader(behavior);

    /// <inheritdoc />
    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        ReadArguments.Put(behavior, cancellationToken);
        return ReadWithArgumentsAsync();
    }

    private async Task<DbDataReader> ReadWithArgumentsAsync()
    {
        var (behavior, cancellationToken) = ReadArguments.Take();
        return await ReadAsync(async: true, behavior, cancellationToken).ConfigureAwait(false);
    }

    private StatementClass Statement
    {
        get
        {
            var text = Own.CommandText;
            var source = _connection!.Source; // also of a command that was disposed on its way: what it runs into is still told
            if (ReferenceEquals(text, _classifiedText) && ReferenceEquals(source.ClassifiesWith, _classifiedWith))
                return _statement;
            _statement = CommandType switch
            {
                // What a procedure runs does not stand in the text, nor what it leaves behind.
                CommandType.StoredProcedure => new() { Reason = RouteReason.HiddenStatement, SessionEffect = SessionEffect.LeavesState },
                CommandType.TableDirect => source.Classify("SELECT * FROM " + text),
                _ => source.Classify(text),
            };
            _classifiedText = text;
            _classifiedWith = source.ClassifiesWith;
            return _statement;
        }
    }

    private bool HasStreams
    {
        get
        {
            var parameters = Own.Parameters;
            for (var i = 0; i < parameters.Count; i++)
            {
                if (parameters[i].Value is Stream or TextReader)
                    return true;
            }

            return false;
        }
    }

    private RoutingConnection RequireConnection()
    {
        CheckNotDisposed();
        return _connection ?? throw NoConnection();
    }

    // As Npgsql: what cannot run says so with its task.
    private ValueTask<T> Refuse<T>(bool async)
    {
        Exception error = _isDisposed ? new ObjectDisposedException(typeof(NpgsqlCommand).FullName) : NoConnection();
        return async ? ValueTask.FromException<T>(error) : throw error;
    }

    private static InvalidOperationException NoConnection() => new("Connection property has not been initialized.");

    private ValueTask<NpgsqlDataReader> ReadAsync(bool async, CommandBehavior behavior, CancellationToken cancellationToken) =>
        RunAsync<Reader, NpgsqlDataReader>(
            new(this, _isDataSourceCommand ? behavior | CommandBehavior.CloseConnection : behavior), async, cancellationToken);

    /// <summary>Npgsql's own task serves where the answer was there at once: another one would be the only thing that routing allocates.</summary>
    private Task<NpgsqlDataReader> AsTask(ValueTask<NpgsqlDataReader> read)
    {
        var inner = _completedRead;
        _completedRead = null;
        if (inner is null || !read.IsCompletedSuccessfully)
            return AwaitAsync(read);
        var reader = read.Result;
        return ReferenceEquals(reader, inner.Result) ? inner : Task.FromResult(reader);
    }

    // The task of a value task whose state is used again costs more than one that awaits it.
    private static async Task<T> AwaitAsync<T>(ValueTask<T> value) => await value.ConfigureAwait(false);

    private Task<NpgsqlDataReader> ReadInnerAsync(CommandBehavior behavior, CancellationToken cancellationToken)
    {
        var read = Own.ExecuteReaderAsync(behavior, cancellationToken);
        _completedRead = read.IsCompletedSuccessfully ? read : null;
        return read;
    }

    private ValueTask<T> RunAsync<TOperation, T>(TOperation operation, bool async, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<T> =>
        _connection is { } connection && !_isDisposed
            ? connection.ExecuteAsync<TOperation, T>(operation, _isDataSourceCommand, async, cancellationToken)
            : Refuse<T>(async);

    private ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(Own.Connection, inner))
            Own.Connection = inner;
        var timeout = _timeout != NoTimeout ? _timeout : inner.CommandTimeout;
        if (Own.CommandTimeout != timeout)
            Own.CommandTimeout = timeout;
        _hasFailed = true; // until it has succeeded
        if (_isInnerTaken)
            _connection!.MarkDirty(inner);
        return _preparedFor is null ? ValueTask.CompletedTask : PrepareAgainAsync(inner, generation, async, cancellationToken);
    }

    /// <summary>Sets the parameters that the primary says the text or the procedure has. It knows what was made last.</summary>
    internal void DeriveParameters()
    {
        var connection = RequireConnection();
        connection.CheckOpen();
        var hidden = new StatementClass { Reason = RouteReason.HiddenStatement };
        var (inner, generation) = connection.AcquireForAsync(Own.CommandText, hidden, async: false, CancellationToken.None).WaitForSync();
        BindAsync(inner, generation, async: false, CancellationToken.None).WaitForSync();
        NpgsqlCommandBuilder.DeriveParameters(Own);
        _hasFailed = false;
    }

    private void Routed(in RouteDecision decision, bool succeeded)
    {
        _hasFailed = !succeeded;
        _lastDecision = decision;
        _lastSource = _connection!.Source;
        if (!_hasServedAnother)
            return;
        _hasServedAnother = false;
        InnerCommand.ShowText(Own);
    }

    private bool RememberRefusal(RoutingDataSource source)
    {
        _classifiedText = null;
        return source.RememberRefusal(Own.CommandText);
    }

    private readonly struct Reader(RoutingCommand command, CommandBehavior behavior) : IOperation<NpgsqlDataReader>
    {
        public StatementClass Statement => command.Statement;

        public string Text => command.Own.CommandText;

        public NpgsqlCommand? Command => command.Own;

        public bool IsComplete => false;

        public bool CanRepeat => !command.HasStreams;

        public bool IsPrepared => command._preparedFor is not null;

        public bool ClosesConnection => (behavior & CommandBehavior.CloseConnection) != 0;

        public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken) =>
            command.BindAsync(inner, generation, async, cancellationToken);

        public NpgsqlDataReader Run() => command.Own.ExecuteReader(behavior);

        public ValueTask<NpgsqlDataReader> RunAsync(CancellationToken cancellationToken) => new(command.ReadInnerAsync(behavior, cancellationToken));

        public void Routed(in RouteDecision decision, bool succeeded) => command.Routed(decision, succeeded);

        public bool RememberRefusal(RoutingDataSource source) => command.RememberRefusal(source);
    }

    private readonly struct NonQuery(RoutingCommand command) : IOperation<int>
    {
        public StatementClass Statement => command.Statement;

        public string Text => command.Own.CommandText;

        public NpgsqlCommand? Command => command.Own;

        public bool IsComplete => true;

        public bool CanRepeat => !command.HasStreams;

        public bool IsPrepared => command._preparedFor is not null;

        public bool ClosesConnection => false;

        public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken) =>
            command.BindAsync(inner, generation, async, cancellationToken);

        public int Run() => command.Own.ExecuteNonQuery();

        public ValueTask<int> RunAsync(CancellationToken cancellationToken) => InnerResult.NonQueryAsync(command.Own, cancellationToken);

        public void Routed(in RouteDecision decision, bool succeeded) => command.Routed(decision, succeeded);

        public bool RememberRefusal(RoutingDataSource source) => command.RememberRefusal(source);
    }

    private readonly struct Scalar(RoutingCommand command) : IOperation<object?>
    {
        public StatementClass Statement => command.Statement;

        public string Text => command.Own.CommandText;

        public NpgsqlCommand? Command => command.Own;

        public bool IsComplete => true;

        public bool CanRepeat => !command.HasStreams;

        public bool IsPrepared => command._preparedFor is not null;

        public bool ClosesConnection => false;

        public ValueTask BindAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken) =>
            command.BindAsync(inner, generation, async, cancellationToken);

        public object? Run() => command.Own.ExecuteScalar();

        public ValueTask<object?> RunAsync(CancellationToken cancellationToken) => InnerResult.ScalarAsync(command.Own, cancellationToken);

        public void Routed(in RouteDecision decision, bool succeeded) => command.Routed(decision, succeeded);

        public bool RememberRefusal(RoutingDataSource source) => command.RememberRefusal(source);
    }
}

using System.Data;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// Preparing.
public sealed partial class RoutingCommand
{
    private RoutingConnection? _preparedFor; // by Prepare; on another connection the command runs unprepared, as Npgsql's
    private NpgsqlConnection? _preparedOn;
    private int _preparedGeneration;

    /// <summary>Gets whether the command is prepared; it is prepared again by itself where it runs on another server.</summary>
    /// <remarks>Also when Npgsql has prepared it by itself (<c>Max Auto Prepare</c>) where it ran last.</remarks>
    public bool IsPrepared
    {
        get
        {
            var inner = _own?.Connection;
            if (_connection is not { State: ConnectionState.Open } connection)
                return inner is { State: ConnectionState.Closed } && _own!.IsPrepared;
            var isMine = ReferenceEquals(_preparedFor, connection);
            return connection.Holds(inner, out var generation)
                ? _own!.IsPrepared || (isMine && _preparedGeneration != generation)
                : isMine;
        }
    }

    /// <inheritdoc />
    /// <remarks>Prepares on the server that the text would run on now; the command is prepared again by itself where it runs on another one.</remarks>
    public override void Prepare() => PrepareAsync(async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc cref="Prepare" />
    public override Task PrepareAsync(CancellationToken cancellationToken = default) => PrepareAsync(async: true, cancellationToken).AsTask();

    /// <summary>Closes the prepared statement on the server that it was prepared on last.</summary>
    /// <exception cref="InvalidOperationException">The connection is closed.</exception>
    public void Unprepare() => UnprepareAsync(async: false, CancellationToken.None).WaitForSync();

    /// <inheritdoc cref="Unprepare" />
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>A task that completes when the server has answered.</returns>
    public Task UnprepareAsync(CancellationToken cancellationToken = default) => UnprepareAsync(async: true, cancellationToken).AsTask();

    private ValueTask PrepareAsync(bool async, CancellationToken cancellationToken)
    {
        if (_isDataSourceCommand)
            throw NotOnDataSourceCommand();
        var connection = RequireConnection();
        connection.CheckOpen();
        return PrepareAsync(connection, async, cancellationToken);
    }

    private async ValueTask PrepareAsync(RoutingConnection connection, bool async, CancellationToken cancellationToken)
    {
        _preparedFor = connection;
        _preparedOn = null;
        try
        {
            var (inner, generation) = await connection.AcquireForAsync(Own.CommandText, Statement, async, cancellationToken).ConfigureAwait(false);
            await BindAsync(inner, generation, async, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (connection.IsPreparedLater(error))
        {
            if (cancellationToken.IsCancellationRequested)
                _preparedFor = null;
            cancellationToken.ThrowIfCancellationRequested(); // wherever the command runs it is prepared first
        }
        catch
        {
            _preparedFor = null;
            throw;
        }
    }

    private async ValueTask UnprepareAsync(bool async, CancellationToken cancellationToken)
    {
        var connection = RequireConnection();
        connection.CheckOpen();
        if (connection.Holds(Own.Connection, out _))
        {
            if (async)
                await Own.UnprepareAsync(cancellationToken).ConfigureAwait(false);
            else
                Own.Unprepare();
        }

        _preparedFor = null;
    }

    private async ValueTask PrepareInnerAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken)
    {
        if (async)
            await Own.PrepareAsync(cancellationToken).ConfigureAwait(false);
        else
            Own.Prepare();
        _preparedOn = inner;
        _preparedGeneration = generation;
    }

    private ValueTask PrepareAgainAsync(NpgsqlConnection inner, int generation, bool async, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(_preparedFor, _connection))
        {
            _preparedFor = null;
            Own.CommandText = Own.CommandText; // it may have been given the very server connection that it was prepared on
        }
        else if (!ReferenceEquals(_preparedOn, inner) || _preparedGeneration != generation)
            return PrepareInnerAsync(inner, generation, async, cancellationToken);
        return ValueTask.CompletedTask;
    }
}

using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>Asynchronous results of Npgsql's commands, read as Npgsql reads them. Its own methods would allocate a task beside the one that the
/// program gets from us.</summary>
internal static class InnerResult
{
    /// <summary>The first column of the first row.</summary>
    public static ValueTask<object?> ScalarAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        if (!InnerCommand.HasParameters(command))
            return ReadScalarAsync(command, cancellationToken);
        var parameters = command.Parameters;
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Direction != ParameterDirection.Input)
                return new(command.ExecuteScalarAsync(cancellationToken)); // it fills them in
        }

        return ReadScalarAsync(command, cancellationToken);
    }

    /// <summary>The number of rows that all statements have affected.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<int> NonQueryAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken).ConfigureAwait(false);
        try
        {
            while (await reader.NextResultAsync(cancellationToken).ConfigureAwait(false))
            {
            }

            return reader.RecordsAffected;
        }
        finally
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<object?> ReadScalarAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow | CommandBehavior.SequentialAccess, cancellationToken).ConfigureAwait(false);
        try
        {
            return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.FieldCount != 0 ? reader.GetValue(0) : null;
        }
        finally
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }
    }
}

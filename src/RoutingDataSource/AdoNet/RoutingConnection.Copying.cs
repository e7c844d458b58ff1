using System.Data;
using Npgsql;

namespace ReplicaRouting;

// COPY, as far as sessions must know of it: where it begins is seen here, and where it ends is looked up (see HandOut).
public partial class RoutingConnection
{
    /// <summary>For what writes without a text of its own, such as large objects.</summary>
    internal NpgsqlConnection PrimaryForWrite()
    {
        var inner = PrimaryWithState();
        BeginWrite();
        return inner;
    }

    internal async ValueTask<NpgsqlConnection> PrimaryForWriteAsync(CancellationToken cancellationToken)
    {
        var inner = await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false);
        BeginWrite();
        return inner;
    }

    // What refuses a COPY on a connection that is busy or not open, in Npgsql's words and in its order: a text that is no COPY first.
    private NpgsqlConnection? Refusing
    {
        get
        {
            if (!_isDisposed && (FullState & ConnectionState.Open) != 0)
                return CheckOpen(out _);
            var closed = new NpgsqlConnection();
            if (_isDisposed)
                closed.Dispose();
            return closed;
        }
    }

    private T Copy<T>(string command, Func<NpgsqlConnection, string, T> begin)
    {
        if (Refusing is { } refusing)
            return begin(refusing, command);
        var inner = PrimaryWithState();
        BeginCopy();
        try
        {
            var copy = begin(inner, command);
            HandOut();
            return copy;
        }
        catch
        {
            EndFailedCopy();
            throw;
        }
    }

    private async ValueTask<T> CopyAsync<T>(
        string command, Func<NpgsqlConnection, string, CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
    {
        if (Refusing is { } refusing)
            return await begin(refusing, command, cancellationToken).ConfigureAwait(false);
        var inner = await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false);
        BeginCopy();
        try
        {
            var copy = await begin(inner, command, cancellationToken).ConfigureAwait(false);
            HandOut();
            return copy;
        }
        catch
        {
            EndFailedCopy();
            throw;
        }
    }

    // COPY (INSERT … RETURNING …) TO STDOUT writes, and any other export shows what the primary has now.
    private T Export<T>(string command, Func<NpgsqlConnection, string, T> begin)
    {
        if (Refusing is { } refusing)
            return begin(refusing, command);
        var export = IsReadOnlyExport(command) ? begin(PrimaryWithState(), command) : Copy(command, begin);
        NoteExport();
        return export;
    }

    private async ValueTask<T> ExportAsync<T>(
        string command, Func<NpgsqlConnection, string, CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
    {
        if (Refusing is { } refusing)
            return await begin(refusing, command, cancellationToken).ConfigureAwait(false);
        var export = IsReadOnlyExport(command)
            ? await begin(await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false), command, cancellationToken).ConfigureAwait(false)
            : await CopyAsync(command, begin, cancellationToken).ConfigureAwait(false);
        NoteExport();
        return export;
    }

    private bool IsReadOnlyExport(string? command) => command is null || Source.Classify(command).IsReadOnly; // Npgsql refuses null

    private void NoteExport()
    {
        if (TransactionsReplica is null)
            SeenForNotes?.NotePrimaryRead(Source.Time.GetTimestamp());
        else
            NoteReplicaRead();
    }

    private void BeginCopy()
    {
        LeaveFallback(); // a read before this one has ended: the connection is not busy
        BeginWrite();
    }

    // It may have happened, unless a transaction decides that later.
    private void EndFailedCopy()
    {
        if (!IsInTransaction)
            EndWrite();
    }
}

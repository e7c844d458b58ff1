using Npgsql;

namespace ReplicaRouting;

// COPY, as far as sessions must know of it: where it begins is seen here, and where it ends is looked up (see HandOut).
public partial class RoutingConnection
{
    private T Copy<T>(string command, Func<NpgsqlConnection, string, T> begin)
    {
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
        var export = Source.Classify(command).IsReadOnly ? begin(PrimaryWithState(), command) : Copy(command, begin);
        NoteExport();
        return export;
    }

    private async ValueTask<T> ExportAsync<T>(
        string command, Func<NpgsqlConnection, string, CancellationToken, Task<T>> begin, CancellationToken cancellationToken)
    {
        var export = Source.Classify(command).IsReadOnly
            ? await begin(await PrimaryWithStateAsync(cancellationToken).ConfigureAwait(false), command, cancellationToken).ConfigureAwait(false)
            : await CopyAsync(command, begin, cancellationToken).ConfigureAwait(false);
        NoteExport();
        return export;
    }

    private void NoteExport()
    {
        if (TransactionsReplica is null)
            SeenForNotes?.NotePrimaryRead(Source.Time.GetTimestamp());
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

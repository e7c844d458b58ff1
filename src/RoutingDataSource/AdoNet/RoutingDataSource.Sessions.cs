using System.Globalization;
using ReplicaRouting.Consistency;
using ReplicaRouting.Model;

namespace ReplicaRouting;

// What sessions ask of the data sources that are used in them.
public sealed partial class RoutingDataSource
{
    long ISessionOwner.MaxPin => MaxPin;

    long ISessionOwner.Now => Time.GetTimestamp();

    /// <summary>Notes that the calling code has written to the database by other ways than this data source: through
    /// <see cref="PrimaryDataSource"/>, another library or another program. The later reads of the ambient <see cref="RoutingSession"/> show it,
    /// and so do those of whoever takes up its token.</summary>
    /// <returns>Whether there is a session that notes it: <see langword="false"/> outside of any, and when <c>ReadYourWrites</c> is not
    /// <c>Session</c>.</returns>
    public bool MarkWritten()
    {
        if (AmbientState() is not { } state)
            return false;
        state.NoteWrite(Time.GetTimestamp());
        return true;
    }

    /// <summary>What the calling code has written and seen: the ambient session's knowledge, or none.</summary>
    internal ConsistencyState? AmbientState() =>
        Options.ReadYourWrites == ReadYourWrites.Session ? RoutingSession.Current?.StateFor(this) : null;

    /// <summary>A replica has answered a read of a session that wrote before.</summary>
    internal void NotePinEnd(ConsistencyState state)
    {
        if (state.EndPin(Time.GetTimestamp(), out var ticks) is { } end)
            Metrics.Pin(end, ticks / (double)Time.TimestampFrequency);
    }

    void ISessionOwner.NoteSessionEnd(ConsistencyState state)
    {
        if (state.EndPin(Time.GetTimestamp(), out var ticks) is not null)
            Metrics.Pin(PinEnd.SessionEnded, ticks / (double)Time.TimestampFrequency);
    }

    (ulong SystemIdentifier, int Timeline, int Epoch)? ISessionOwner.Identity
    {
        get
        {
            var snapshot = _monitor.Current;
            var known = snapshot.Primary ?? snapshot.Nodes.FirstOrDefault(node => node is { IsForeign: false, SystemIdentifier: not null });
            return ulong.TryParse(known?.SystemIdentifier, CultureInfo.InvariantCulture, out var identifier)
                ? (identifier, snapshot.Timeline ?? 0, snapshot.Epoch)
                : null;
        }
    }

    async ValueTask<WalPosition?> ISessionOwner.SampleAsync(long moment, CancellationToken cancellationToken)
    {
        if (!History.TryFindNewest(moment, out var position))
        {
            if (_monitor.Current.PrimaryIndex is not (>= 0 and var primary))
                return null;
            try
            {
                await _monitor.ProbeNow(primary).WaitAsync(Options.ProbeTimeout, Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return null;
            }

            if (!History.TryFindNewest(moment, out position))
                return null;
        }

        return position;
    }
}

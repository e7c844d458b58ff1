using ReplicaRouting.Diagnostics;

namespace ReplicaRouting.AdoNet;

/// <summary>What shadow mode has seen: counts, and texts that replicas were asked to explain. Bounded, and untouched in other modes.</summary>
internal sealed class ShadowRecorder(RoutingDataSource source)
{
    private const int MostTexts = 4096;
    private const int MostCharacters = 2 << 20;
    private const int LongestText = 16 << 10;
    private const int MostRefusals = 100;

    private readonly ShadowCounts _counts = new();
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal); // by whoever has set _isChecking
    private readonly List<ShadowRefusal> _refusals = []; // locked by itself
    private int _characters;
    private int _isChecking;
    private int _checked;
    private long _nextCheck;

    /// <summary>A command has run.</summary>
    /// <param name="decision">Where it went and where it would have gone.</param>
    /// <param name="text">Its text.</param>
    /// <param name="isWhole">Whether the text is the whole command.</param>
    /// <param name="started">When it was decided on.</param>
    public void Note(in RouteDecision decision, string text, bool isWhole, long started)
    {
        var moves = decision is { ShadowReason: not null, ShadowNode: >= 0 };
        var reason = decision.ShadowReason ?? decision.Reason;
        _counts.Add(moves ? RouteTarget.Replica : RouteTarget.Primary, reason, source.Time.GetElapsedTime(started));
        if (source.Metrics.CountsShadow)
            source.Metrics.Shadow(moves ? RouteTarget.Replica : RouteTarget.Primary, reason);
        if (!moves)
            return;
        Log.WouldMove(source.Logger, source.Nodes[decision.ShadowNode].Name, reason);
        if (isWhole && decision.IsFreeRead)
            OfferCheck(text, decision.ShadowNode);
    }

    public ShadowReport Read()
    {
        lock (_refusals)
            return new(_counts.Read(), Volatile.Read(ref _checked), [.. _refusals]);
    }

    // At most one check at a time, and no more in a minute than the options allow. Whatever comes in between is offered again with its next run.
    private void OfferCheck(string text, int node)
    {
        if (source.Options.ShadowChecksPerMinute is not (> 0 and var most) || text.Length > LongestText)
            return;
        var now = source.Time.GetTimestamp();
        if (now < Volatile.Read(ref _nextCheck) || Interlocked.CompareExchange(ref _isChecking, 1, 0) != 0)
            return;
        if (_texts.Count >= MostTexts || _characters + text.Length > MostCharacters || !_texts.Add(text))
        {
            Volatile.Write(ref _isChecking, 0);
            return;
        }

        _characters += text.Length;
        Volatile.Write(ref _nextCheck, now + (60 * source.Time.TimestampFrequency / most));
        // Without the caller's context: its ambient transaction and session have nothing to do with this.
        ThreadPool.UnsafeQueueUserWorkItem(static check => _ = check.Recorder.CheckAsync(check.Text, check.Node), (Recorder: this, Text: text, Node: node), preferLocal: false);
    }

    private async Task CheckAsync(string text, int node)
    {
        try
        {
            if (ShadowExplain.ToPrepare(text) is not { } statement)
                return;
            var refusal = await ShadowExplain.RunAsync(source.Nodes[node], statement).ConfigureAwait(false);
            Interlocked.Increment(ref _checked);
            if (refusal is null)
                return;
            // From now on it is what it would have become.
            source.RememberRefusal(text);
            Log.WouldBeRefused(source.Logger, source.Nodes[node].Name, refusal.SqlState);
            lock (_refusals)
            {
                if (_refusals.Count < MostRefusals)
                    _refusals.Add(new(text, refusal.SqlState, refusal.MessageText, source.Nodes[node].Name));
            }
        }
        catch (Exception error)
        {
            // It could not be asked: the replica is away, the text needs types that nobody named, or the data source is disposed. Nobody waits for it.
            Log.ShadowCheckFailed(source.Logger, source.Nodes[node].Name, Failure.Describe(error));
        }
        finally
        {
            Volatile.Write(ref _isChecking, 0);
        }
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;

namespace ReplicaRouting.Diagnostics;

/// <summary>What traces tell of routes. A command has one span, Npgsql's own, which gets the node and the reason as tags; what is lost and runs again is
/// an event of the span around it; only the wait for a primary has a span of ours.</summary>
internal static class RoutingActivity
{
    internal const string SourceName = "RoutingDataSource";

    private const string NodeTag = "routing_data_source.node";
    private const string TargetTag = "routing_data_source.target";
    private const string ReasonTag = "routing_data_source.reason";
    private const string DataSourceTag = "db.npgsql.data_source"; // Npgsql's own
    private const string RerunTag = "routing_data_source.rerun";

    private static readonly string[] Targets = Enum.GetNames<RouteTarget>();
    private static readonly string[] Reasons = Enum.GetNames<RouteReason>();

    private static readonly ActivitySource Source = new(SourceName);

    // Starts nothing: its listeners are those of Npgsql's source of the same name, so it tells whether anybody wants to know.
    private static readonly ActivitySource Npgsql = new("Npgsql");

    // Npgsql starts its span before it waits for anything, on the thread that runs the command.
    [ThreadStatic]
    private static Announced _announced;

    /// <summary>Says what the command that is about to run on an inner connection is; nothing is kept while nobody listens.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="command">Npgsql's command; <see langword="null"/> for a batch.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="reason">Why.</param>
    /// <param name="wasRerun">Whether another node was tried first.</param>
    public static void Announce(NpgsqlConnection inner, NpgsqlCommand? command, RouteTarget target, RouteReason reason, bool wasRerun)
    {
        if (Npgsql.HasListeners())
            _announced = new((object?)command ?? inner, target, reason, wasRerun);
    }

    /// <summary>Has the spans of a node's commands say where and why, before the program's own callbacks see them.</summary>
    /// <param name="tracing">The node's settings, those of the program included.</param>
    /// <param name="node">The node.</param>
    /// <param name="source">The name of the whole data source, which the program gave it; <see langword="null"/> for none.</param>
    public static void Enrich(NpgsqlTracingOptionsBuilder tracing, string node, string? source)
    {
        var (ofCommand, ofBatch, ofCopy) = (CommandCallback(tracing), BatchCallback(tracing), CopyCallback(tracing));
        tracing
            .ConfigureCommandEnrichmentCallback((activity, command) =>
            {
                Enrich(activity, node, source, command);
                ofCommand?.Invoke(activity, command);
            })
            .ConfigureBatchEnrichmentCallback((activity, batch) =>
            {
                Enrich(activity, node, source, ConnectionOf(batch));
                ofBatch?.Invoke(activity, batch);
            })
            .ConfigureCopyOperationEnrichmentCallback((activity, copy) =>
            {
                Enrich(activity, node, source, null);
                ofCopy?.Invoke(activity, copy);
            });
    }

    /// <summary>Tells the surrounding span that a command runs again.</summary>
    public static void Rerun(string? from, string? to, RouteReason reason)
    {
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.AddEvent(new("routing_data_source.rerun", tags: new ActivityTagsCollection
            {
                { "routing_data_source.node.lost", from }, { NodeTag, to }, { ReasonTag, Reasons[(int)reason] },
            }));
        }
    }

    /// <summary>Begins the span of a wait for a primary.</summary>
    public static Activity? WaitForPrimary() => Source.StartActivity("wait for primary", ActivityKind.Internal);

    private static void Enrich(Activity activity, string node, string? source, object? what)
    {
        var announced = _announced;
        _announced = default;
        if (!activity.IsAllDataRequested)
            return;
        activity.SetTag(NodeTag, node);
        if (source is not null)
            activity.SetTag(DataSourceTag, source);
        if (what is null || !ReferenceEquals(announced.What, what))
            return; // a command of Npgsql's own: COPY, a transaction's end, a reset
        activity.SetTag(TargetTag, Targets[(int)announced.Target]);
        activity.SetTag(ReasonTag, Reasons[(int)announced.Reason]);
        if (announced.WasRerun)
            activity.SetTag(RerunTag, true);
    }

    private static NpgsqlConnection? ConnectionOf(NpgsqlBatch batch)
    {
        try
        {
            return batch.Connection;
        }
        catch (NotSupportedException)
        {
            return null; // of a data source of Npgsql's own
        }
    }

    // Npgsql 10 keeps one callback of each kind and tells nobody which.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_commandEnrichmentCallback")]
    private static extern ref Action<Activity, NpgsqlCommand>? CommandCallback(NpgsqlTracingOptionsBuilder tracing);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_batchEnrichmentCallback")]
    private static extern ref Action<Activity, NpgsqlBatch>? BatchCallback(NpgsqlTracingOptionsBuilder tracing);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_copyOperationEnrichmentCallback")]
    private static extern ref Action<Activity, string>? CopyCallback(NpgsqlTracingOptionsBuilder tracing);

    private readonly record struct Announced(object? What, RouteTarget Target, RouteReason Reason, bool WasRerun);
}

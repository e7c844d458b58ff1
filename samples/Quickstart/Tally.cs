using System.Collections.Concurrent;

namespace ReplicaRouting.Quickstart;

/// <summary>Counts routes by node. Every command of the demo is counted once, from its own <see cref="RoutingCommand.LastRoute"/>.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<(string Node, Kind Kind), int> _counts = new();

    public enum Kind
    {
        /// <summary>A proven read on a replica.</summary>
        Read,

        /// <summary>A command on the primary because only the primary may run it, or because it was asked to.</summary>
        Write,

        /// <summary>A proven read on the primary because no replica could serve it.</summary>
        Fallback,
    }

    public int Total => _counts.Values.Sum();

    public void Add(CommandRoute route) =>
        _counts.AddOrUpdate((route.Node ?? throw new SurpriseException("A command was executed on no node."), KindOf(route)), 1, (_, count) => count + 1);

    public int this[string node, Kind kind] => _counts.GetValueOrDefault((node, kind));

    private static Kind KindOf(CommandRoute route) => route switch
    {
        { Target: RouteTarget.Replica } => Kind.Read,
        {
            Reason: RouteReason.ReadYourWrites or RouteReason.NoReplica or RouteReason.ReplicasUnreachable or RouteReason.ReplicasLagging
            or RouteReason.RefusedByReplica or RouteReason.ServerLost
        } => Kind.Fallback,
        _ => Kind.Write,
    };
}

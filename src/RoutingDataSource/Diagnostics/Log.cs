using Microsoft.Extensions.Logging;

namespace ReplicaRouting.Diagnostics;

/// <summary>Every message that the library logs. Ids are in hundreds per room (20 topology, 30 routing) and are never used again.</summary>
internal static partial class Log
{
    [LoggerMessage(2001, LogLevel.Warning, "Node {Node} is unreachable ({Failure}); commands leave it until a probe succeeds")]
    internal static partial void NodeUnreachable(ILogger logger, string node, string failure, Exception error);

    [LoggerMessage(2002, LogLevel.Information, "Node {Node} answers: {Role}")]
    internal static partial void NodeReachable(ILogger logger, string node, NodeRole role);

    [LoggerMessage(2003, LogLevel.Information, "Node {Node} is the primary (timeline {Timeline})")]
    internal static partial void PrimaryFound(ILogger logger, string node, int? timeline);

    [LoggerMessage(2004, LogLevel.Error, "There is no primary: {Problem}; writes fail until there is one")]
    internal static partial void PrimaryLost(ILogger logger, string problem);

    [LoggerMessage(2005, LogLevel.Information, "Node {Node}: drained is now {Drained}")]
    internal static partial void DrainChanged(ILogger logger, string node, bool drained);

    [LoggerMessage(2006, LogLevel.Warning, "The volatile functions could not be read from node {Node}; user functions that are not known run on the primary")]
    internal static partial void CatalogUnavailable(ILogger logger, string node, Exception error);

    [LoggerMessage(3001, LogLevel.Warning, "A replica ({Node}) refused a text that was taken for a read (SQLSTATE {SqlState}); it ran on the primary, as that text will from now on")]
    internal static partial void RefusedByReplica(ILogger logger, string node, string sqlState);

    [LoggerMessage(3002, LogLevel.Information, "A read was lost on {Node} before its first row ({Failure}); it runs again elsewhere")]
    internal static partial void ReadLost(ILogger logger, string node, string failure);

    [LoggerMessage(3004, LogLevel.Warning, "Node {Node} does not answer: {Reads} reads that waited for it run elsewhere")]
    internal static partial void ReadsSevered(ILogger logger, string node, int reads);

    [LoggerMessage(3003, LogLevel.Warning, "Node {Node} was held to be the primary and refused a write (SQLSTATE 25006); all nodes are probed")]
    internal static partial void NotPrimary(ILogger logger, string node);

    [LoggerMessage(3005, LogLevel.Warning, "A rule names node {Node}, which there is not: its reads are routed as usual. The nodes are: {Nodes}")]
    public static partial void UnknownNode(ILogger logger, string node, string nodes);

    [LoggerMessage(3010, LogLevel.Debug, "Shadow mode: a command would have gone to {Node} ({Reason})")]
    internal static partial void WouldMove(ILogger logger, string node, RouteReason reason);

    [LoggerMessage(3011, LogLevel.Warning, "Shadow mode: {Node} would have refused a text that is taken for a read (SQLSTATE {SqlState}); it counts as one for the primary from now on")]
    internal static partial void WouldBeRefused(ILogger logger, string node, string sqlState);

    [LoggerMessage(3012, LogLevel.Debug, "Shadow mode: {Node} could not be asked to explain a text ({Failure})")]
    internal static partial void ShadowCheckFailed(ILogger logger, string node, string failure);

    [LoggerMessage(3050, LogLevel.Warning, "The types could not be read again on {Node}; the next probe tries again")]
    internal static partial void TypesUnavailable(ILogger logger, string node, Exception error);

    [LoggerMessage(3051, LogLevel.Warning, "Not all replicas have replayed the change of the types yet; each reads them again when it has")]
    internal static partial void ReloadPending(ILogger logger);

    [LoggerMessage(3052, LogLevel.Warning, "The data source of node {Node} maps {Count} types otherwise than that of {Other}; one is {Type}: {Mapped} on {Node}, {OtherMapped} on {Other}. Give all NpgsqlDataSources the same type mapping and plug-ins, so that it does not matter where a command runs")]
    internal static partial void TypesDiffer(ILogger logger, string node, int count, string other, string type, string mapped, string otherMapped);

    [LoggerMessage(3060, LogLevel.Warning, "{Node} refused a session's settings ({SqlState}) when they were made again; the connection stays with the primary")]
    internal static partial void SettingsRefused(ILogger logger, string node, string sqlState);

    [LoggerMessage(4001, LogLevel.Warning, "An NpgsqlDataSource is registered without a key beside the RoutingDataSource: UseNpgsql() without arguments takes that one, and nothing is routed. Use UseRoutingNpgsql, or register it with a key")]
    internal static partial void NpgsqlDataSourceRegistered(ILogger logger);

    [LoggerMessage(4002, LogLevel.Information, "The configuration has changed; now in force: {Changes}")]
    internal static partial void OptionsChanged(ILogger logger, string changes);

    [LoggerMessage(4003, LogLevel.Warning, "The configuration has changed in what only a new data source can take over: {Names}")]
    internal static partial void OptionsNeedRestart(ILogger logger, string names);

    [LoggerMessage(4004, LogLevel.Error, "The configuration has changed and is wrong; what was in force stays: {Problems}")]
    internal static partial void OptionsRejected(ILogger logger, string problems);
}

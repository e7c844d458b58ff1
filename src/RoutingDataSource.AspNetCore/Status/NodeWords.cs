using System.Buffers;

namespace ReplicaRouting.AspNetCore.Status;

/// <summary>What may be said of a node to anybody: never its address, never an error's text, which names users and databases.</summary>
internal static class NodeWords
{
    private static readonly SearchValues<char> StateLetters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    public static string Standing(NodeStatistics node) => node.Standing switch
    {
        NodeStanding.Primary when !node.Node.IsReachable => "primary, missed a probe",
        NodeStanding.Primary => "takes writes",
        NodeStanding.ServesReads => "serves reads",
        NodeStanding.Spare => "spare (weight 0)",
        NodeStanding.Drained => "drained",
        NodeStanding.Lagging => "lags too far",
        NodeStanding.LagUnknown => "lag unknown",
        NodeStanding.Refused => node.Node.IsForeign ? "belongs to another cluster" : "refused: not a replica",
        NodeStanding.Unreachable when node.Node is { Failures: 0 } => "not asked yet",
        _ => SqlState(node.Node) is { } state ? $"does not answer (SQLSTATE {state})" : "does not answer",
    };

    public static string Role(NodeSnapshot node) => node.Role switch
    {
        NodeRole.Primary => "primary",
        NodeRole.Replica => "replica",
        _ => "unknown",
    };

    // The core's messages begin with the state when the server gave one.
    private static string? SqlState(NodeSnapshot node) =>
        node.FailureMessage is { Length: > 6 } message && message[5] == ':' && message.AsSpan(0, 5).IndexOfAnyExcept(StateLetters) < 0
            ? message[..5] : null;
}

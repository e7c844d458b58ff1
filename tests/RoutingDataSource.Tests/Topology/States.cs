using System.Net.Sockets;
using Npgsql;
using ReplicaRouting.Topology;

namespace ReplicaRouting.Tests.Topology;

/// <summary>Nodes as the monitor sees them, after the answers that a test gives them. Nothing is connected.</summary>
internal static class States
{
    public static NodeState Create(string name = "node", NodeRole expected = NodeRole.Unknown) =>
        new(new(name, "host", 5432, 1, expected, _ => throw new NotSupportedException()), 0);

    public static NodeState Answers(this NodeState state, NodeRole role, ulong? position = 1000, int? timeline = null, string? system = "1", TimeSpan? delay = null)
    {
        state.Answer(0, new(role, position is { } value ? new(value) : null) { Timeline = timeline, SystemIdentifier = system, Delay = delay });
        state.WasAsked = true;
        return state;
    }

    public static NodeState Misses(this NodeState state, Exception? error = null)
    {
        state.Miss(error ?? new TimeoutException());
        state.WasAsked = true;
        return state;
    }

    public static NpgsqlException Refused() => new("Failed to connect", new SocketException((int)SocketError.ConnectionRefused));
}

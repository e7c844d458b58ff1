using Npgsql;

namespace ReplicaRouting.Topology;

/// <summary>What the topology needs to know of the options; validated where they are built.</summary>
internal sealed record TopologyOptions
{
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(1);

    public INodeProbe Probe { get; init; } = new PostgresNodeProbe();

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Runs on the held connection of the primary after its first answer, after a change of primary and then at intervals.</summary>
    public Func<NpgsqlConnection, CancellationToken, Task>? PrimaryTask { get; init; }

    /// <summary>Told of each answered probe and its duration.</summary>
    public Action<NodeSnapshot, TimeSpan>? Probed { get; init; }

    public TimeSpan PrimaryTaskInterval { get; init; } = TimeSpan.FromSeconds(30);
}

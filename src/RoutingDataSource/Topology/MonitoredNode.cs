using Npgsql;

namespace ReplicaRouting.Topology;

/// <summary>A server as configured.</summary>
/// <param name="Name">Unique within the data source.</param>
/// <param name="Host">For display.</param>
/// <param name="Port">For display.</param>
/// <param name="Weight">Share of the reads.</param>
/// <param name="ExpectedRole">What the application said it is; <see cref="NodeRole.Unknown"/> when it is to be discovered.</param>
/// <param name="ConnectAsync">Opens the one held probe connection, outside of the pools that commands use.</param>
internal sealed record MonitoredNode(
    string Name, string Host, int Port, int Weight, NodeRole ExpectedRole, Func<CancellationToken, ValueTask<NpgsqlConnection>> ConnectAsync);

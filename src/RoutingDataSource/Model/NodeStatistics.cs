namespace ReplicaRouting;

/// <summary>What one node does now, and has done lately. Immutable.</summary>
public sealed class NodeStatistics
{
    internal NodeStatistics(
        NodeSnapshot node,
        NodeStanding standing,
        int connectionsInUse,
        double readsPerSecond,
        double commandsPerSecond,
        IReadOnlyDictionary<RouteReason, long> commands,
        IReadOnlyList<LagSample> lag)
    {
        Node = node;
        Standing = standing;
        ConnectionsInUse = connectionsInUse;
        ReadsPerSecond = readsPerSecond;
        CommandsPerSecond = commandsPerSecond;
        Commands = commands;
        Lag = lag;
    }

    /// <summary>Gets what is known of the node.</summary>
    public NodeSnapshot Node { get; }

    /// <summary>Gets what part it takes now.</summary>
    public NodeStanding Standing { get; }

    /// <summary>Gets how many connections to it commands of this data source hold now.</summary>
    public int ConnectionsInUse { get; }

    /// <summary>Gets how many commands proven to be reads it answered in each of the last ten seconds, on average.</summary>
    public double ReadsPerSecond { get; }

    /// <summary>Gets how many commands it answered in each of the last ten seconds, on average.</summary>
    public double CommandsPerSecond { get; }

    /// <summary>Gets how many commands it answered since counting began, by the reason of their route. Reasons without a command are not listed.</summary>
    public IReadOnlyDictionary<RouteReason, long> Commands { get; }

    /// <summary>Gets its lag over the last five minutes, or since counting began, oldest first, at most one sample a second.</summary>
    public IReadOnlyList<LagSample> Lag { get; }
}

namespace ReplicaRouting.AdoNet;

/// <summary>What a pool of connections is for.</summary>
internal enum NodeUse
{
    Primary,
    Replica,
    Probe,
}

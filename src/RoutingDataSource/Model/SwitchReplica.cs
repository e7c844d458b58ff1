namespace ReplicaRouting;

/// <summary>When the reads of one connection may move from one replica to another.</summary>
public enum SwitchReplica
{
    /// <summary>A connection stays with one replica as long as that one can serve it, so that its reads never go back in time.</summary>
    PerConnection,

    /// <summary>Each command chooses anew. Reads may go back in time by the difference in lag between replicas.</summary>
    PerCommand,
}

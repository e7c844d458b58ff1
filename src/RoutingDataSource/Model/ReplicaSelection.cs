namespace ReplicaRouting;

/// <summary>How one of the eligible replicas is chosen.</summary>
public enum ReplicaSelection
{
    /// <summary>In turn; the proportions of the weights hold exactly over each cycle.</summary>
    WeightedRoundRobin,

    /// <summary>At random; the proportions of the weights hold in distribution.</summary>
    WeightedRandom,

    /// <summary>The one with the fewest connections in use in proportion to its weight.</summary>
    LeastInUse,
}

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>What a client does.</summary>
internal enum WorkloadKind
{
    /// <summary>Reads one row by its primary key.</summary>
    ByKey,

    /// <summary>Reads one row nineteen times out of twenty, and changes one otherwise.</summary>
    Mixed,

    /// <summary>Reads 1,000 rows.</summary>
    Rows,
}

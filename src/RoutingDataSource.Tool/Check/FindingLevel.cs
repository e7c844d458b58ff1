namespace ReplicaRouting.Tool.Check;

/// <summary>How much a finding matters.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>Works, and will surprise somebody.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Problem,
}

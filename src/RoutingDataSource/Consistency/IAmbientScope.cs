namespace ReplicaRouting.Consistency;

/// <summary>What flows with the execution context: sessions and forced targets, each inside the one before.</summary>
internal interface IAmbientScope
{
    /// <summary>The scope that was in force before.</summary>
    public IAmbientScope? Outer { get; }

    /// <summary>Whether it was disposed; code that outlives it still finds it.</summary>
    public bool IsEnded { get; }
}

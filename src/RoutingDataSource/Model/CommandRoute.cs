namespace ReplicaRouting;

/// <summary>Where a command went, and why.</summary>
/// <param name="Node">The name of the node that answered; <see langword="null"/> when no node could be chosen.</param>
/// <param name="Target">The side of the cluster.</param>
/// <param name="Reason">Why.</param>
/// <param name="WasRerun">Whether another node had been tried first.</param>
public readonly record struct CommandRoute(string? Node, RouteTarget Target, RouteReason Reason, bool WasRerun)
{
    /// <summary>Returns the route in words, such as <c>replica db2 (ProvenRead)</c>.</summary>
    /// <returns>Target, node, reason.</returns>
    public override string ToString() =>
        $"{(Target == RouteTarget.Primary ? "primary" : "replica")} {Node} ({Reason}{(WasRerun ? ", rerun" : "")})";
}

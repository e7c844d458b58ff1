namespace ReplicaRouting;

/// <summary>What a rule decided about a proven read.</summary>
public readonly record struct RuleDecision
{
    /// <summary>The rule has no opinion; the next one is asked.</summary>
    public static RuleDecision None => default;

    /// <summary>The command goes to the primary.</summary>
    public static RuleDecision Primary { get; } = new() { Target = RouteTarget.Primary };

    /// <summary>The command goes to a replica, chosen as usual; later rules are not asked.</summary>
    public static RuleDecision Replica { get; } = new() { Target = RouteTarget.Replica };

    /// <summary>The command goes to one replica if that one can serve it, else it is routed as usual.</summary>
    /// <param name="name">The node's name. One that no node has is logged as a warning, once (event 3005).</param>
    /// <returns>The decision.</returns>
    public static RuleDecision Node(string name) => new() { Target = RouteTarget.Replica, NodeName = name };

    /// <summary>Gets the side; <see langword="null"/> when the rule has no opinion.</summary>
    public RouteTarget? Target { get; private init; }

    /// <summary>Gets the name of the node; <see langword="null"/> when any will do.</summary>
    public string? NodeName { get; private init; }
}

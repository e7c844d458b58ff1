namespace ReplicaRouting;

/// <summary>What a rule is told of a command. Parameters are not part of it.</summary>
/// <param name="CommandText">The text; of a batch, that of its first command.</param>
/// <param name="Statement">What the text was proven to be.</param>
/// <param name="IsInSession">Whether an ambient <c>RoutingSession</c> is in force.</param>
/// <param name="HasFloor">Whether the session (or the connection, without one) has written or seen something that its reads must show.</param>
/// <param name="Cluster">What is known of the nodes.</param>
public readonly record struct RuleContext(string CommandText, StatementClass Statement, bool IsInSession, bool HasFloor, ClusterSnapshot Cluster);

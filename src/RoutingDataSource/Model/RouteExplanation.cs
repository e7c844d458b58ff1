namespace ReplicaRouting;

/// <summary>What a text is proven to be, and the route it would take now on a connection of its own.</summary>
/// <param name="Statement">The classification of the text.</param>
/// <param name="Token">The token that decided; empty when none did.</param>
/// <param name="Route">The route that the text would take now.</param>
public sealed record RouteExplanation(StatementClass Statement, string Token, CommandRoute Route);

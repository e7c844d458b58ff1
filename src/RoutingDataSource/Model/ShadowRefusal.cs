namespace ReplicaRouting;

/// <summary>A text that is taken for a read and that a replica refused to explain in shadow mode. With <see cref="RoutingMode.Route"/> its first
/// run would have been refused there, and run on the primary.</summary>
/// <param name="Text">The text as the application gave it; parameters are not part of it.</param>
/// <param name="SqlState">PostgreSQL's code of the refusal.</param>
/// <param name="Message">PostgreSQL's message.</param>
/// <param name="Node">The replica.</param>
public sealed record ShadowRefusal(string Text, string SqlState, string Message, string Node);

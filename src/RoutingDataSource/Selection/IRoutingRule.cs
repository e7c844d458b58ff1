namespace ReplicaRouting;

/// <summary>Decides about proven reads before the built-in routing does, like one router of Django's <c>DATABASE_ROUTERS</c>. Only proven
/// reads are asked about: nothing else may leave the primary.</summary>
public interface IRoutingRule
{
    /// <summary>Decides about one command.</summary>
    /// <param name="context">What the rule may know of the command.</param>
    /// <returns>A decision, or <see cref="RuleDecision.None"/> to leave it to the next rule.</returns>
    public RuleDecision Decide(in RuleContext context);
}

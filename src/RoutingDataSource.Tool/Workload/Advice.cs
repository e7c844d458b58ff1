using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Workload;

/// <summary>What could be done for a statement to go to a replica.</summary>
internal static class Advice
{
    /// <summary>Says what to do, if anything could help.</summary>
    /// <param name="reason">Why the statement stays on the primary.</param>
    /// <param name="token">The token that decided.</param>
    /// <param name="catalog">What is known of functions.</param>
    /// <returns><see langword="null"/> when the statement moves already, or belongs on the primary.</returns>
    internal static string? For(RouteReason reason, string token, FunctionCatalog catalog) => reason switch
    {
        RouteReason.VolatileFunction when IsUserFunction(token, catalog) =>
            $"if {token} only reads: mark function {token} STABLE, or add it to ReadOnlyFunctions",
        RouteReason.UnknownFunction when catalog.UserFunctions is null =>
            $"give --connection, so that {token} is looked up",
        RouteReason.UnknownFunction =>
            $"{token} is not in this database; if it only reads, add it to ReadOnlyFunctions",
        RouteReason.PrimaryTable =>
            $"{token} is unlogged, a view or policy that calls a volatile function, or in PrimaryTables: change that if its reads may be routed",
        RouteReason.InTransaction => "if its transaction only reads: BeginTransaction(level, readOnly: true), or leave the transaction out",
        RouteReason.SessionPinned => "use SET LOCAL in a transaction, or Options in the connection string, instead of session state",
        RouteReason.LockingClause when token.Length > 0 => "if nothing is written afterwards, leave the lock out",
        RouteReason.HintPrimary => "a comment before the statement keeps it on the primary: remove it if it is not needed",
        _ => null,
    };

    private static bool IsUserFunction(string token, FunctionCatalog catalog)
    {
        var name = token.Trim('"');
        return catalog.UserFunctions?.Any(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase)) == true;
    }
}

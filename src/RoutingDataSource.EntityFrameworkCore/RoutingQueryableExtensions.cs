namespace Microsoft.EntityFrameworkCore;

/// <summary>Says where a query is to run.</summary>
public static class RoutingQueryableExtensions
{
    /// <summary>Sends the query to the primary, for an answer that no replication delay can make stale.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="source">The query.</param>
    /// <returns>The query with the tag <c>route: primary</c>, which comes to stand as a comment before its SQL.</returns>
    public static IQueryable<T> UsePrimary<T>(this IQueryable<T> source) => source.TagWith("route: primary");

    /// <summary>Lets the query go to a replica even right after a write of the same context, whose effect it then may not show. The bounds on
    /// lag hold all the same, and inside a transaction it stays with the transaction.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="source">The query.</param>
    /// <returns>The query with the tag <c>route: replica</c>, which comes to stand as a comment before its SQL.</returns>
    public static IQueryable<T> UseReplica<T>(this IQueryable<T> source) => source.TagWith("route: replica");
}

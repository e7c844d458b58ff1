using System.Data.Common;

namespace ReplicaRouting.Benchmarks.Allocation;

/// <summary>One way to use ADO.NET.</summary>
/// <param name="Name">As in the name of its ratio.</param>
/// <param name="IsAsync">Whether its calls go on in other threads, so that the allocations of all must be counted.</param>
/// <param name="Start">Makes, of a data source, the call that is counted; called again for each of them.</param>
internal sealed record Pattern(string Name, bool IsAsync, Func<DbDataSource, Func<Task>> Start)
{
    /// <summary>How the names of those end whose answer may be there at once.</summary>
    public const string AtOnce = "_at_once";

    /// <summary>Whether the answer may be there when it is read.</summary>
    public bool IsAtOnce => Name.EndsWith(AtOnce, StringComparison.Ordinal);
}

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>What the clients of a comparison do.</summary>
/// <param name="Name">For tables and files.</param>
/// <param name="Clients">How many at once.</param>
/// <param name="Kind">What each does.</param>
/// <param name="IsHeld">Whether a client keeps one connection; otherwise it opens one for each command.</param>
/// <param name="IsAsync">Whether the clients are tasks; otherwise each is a thread that blocks.</param>
internal sealed record Workload(string Name, int Clients, WorkloadKind Kind, bool IsHeld, bool IsAsync)
{
    public static Workload ByKey(int clients, bool isHeld, bool isAsync) => new(
        $"SELECT by primary key, {Count(clients)}, {(isHeld ? "connection held" : "connection per query")}, {(isAsync ? "async" : "sync")}",
        clients,
        WorkloadKind.ByKey,
        isHeld,
        isAsync);

    public static Workload Mixed(int clients) => new(
        $"95 % SELECT and 5 % UPDATE by primary key, {Count(clients)}, connection per command, async", clients, WorkloadKind.Mixed, false, true);

    public static Workload Rows(int clients, bool isAsync) => new(
        $"SELECT of 1,000 rows, {Count(clients)}, connection held, {(isAsync ? "async" : "sync")}", clients, WorkloadKind.Rows, true, isAsync);

    private static string Count(int clients) => clients == 1 ? "1 client" : $"{clients} clients";
}

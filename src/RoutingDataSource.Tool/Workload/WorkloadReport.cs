using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Workload;

/// <summary>What of a workload could go to replicas.</summary>
internal sealed class WorkloadReport
{
    private WorkloadReport(WorkloadSource source, List<WorkloadStatement> statements)
    {
        Source = source;
        Statements = statements;
        Calls = Share(entry => entry.Calls);
        Milliseconds = statements.TrueForAll(each => each.Entry.Milliseconds is null) ? null : Share(entry => entry.Milliseconds ?? 0);
        Rows = statements.TrueForAll(each => each.Entry.Rows is null) ? null : Share(entry => entry.Rows ?? 0);
    }

    public WorkloadSource Source { get; }

    /// <summary>Gets the statements, what would bring most first: what moves or could move by the time it takes, then the rest.</summary>
    public List<WorkloadStatement> Statements { get; }

    public (double Moves, double Total) Calls { get; }

    public (double Moves, double Total)? Milliseconds { get; }

    public (double Moves, double Total)? Rows { get; }

    public static WorkloadReport Create(WorkloadSource source, FunctionCatalog catalog)
    {
        var statements = source.Entries.Select(entry => Judge(entry, catalog)).ToList();
        return new(source,
        [
            .. statements
                .OrderByDescending(each => each.CouldMove ? each.Entry.Milliseconds ?? 0 : -1)
                .ThenByDescending(each => each.CouldMove ? each.Entry.Calls : -1)
                .ThenByDescending(each => each.Entry.Milliseconds ?? 0)
                .ThenByDescending(each => each.Entry.Calls)
                .ThenBy(each => each.Entry.Text, StringComparer.Ordinal),
        ]);
    }

    private static WorkloadStatement Judge(WorkloadEntry entry, FunctionCatalog catalog)
    {
        var statement = StatementClassifier.Classify(entry.Text, catalog);
        var reason = statement.IsReadOnly && entry.Circumstance is { } circumstance ? circumstance : statement.Reason;
        var token = statement.Token(entry.Text).ToString();
        return new(entry, reason, token, Advice.For(reason, token, catalog));
    }

    private (double Moves, double Total) Share(Func<WorkloadEntry, double> part) =>
        (Statements.Where(each => each.Moves).Sum(each => part(each.Entry)), Statements.Sum(each => part(each.Entry)));
}

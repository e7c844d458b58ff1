namespace ReplicaRouting.Classification;

/// <summary>Every command of PostgreSQL's SQL reference that is no query, by its first word. docs/classification.md lists them all; a test
/// compares the two.</summary>
internal static class CommandTable
{
    internal static readonly (string Word, RouteReason Reason, CommandKind Kind)[] Commands =
    [
        ("abort", RouteReason.TransactionControl, CommandKind.Finish),
        ("alter", RouteReason.SchemaChange, CommandKind.Plain),
        ("analyse", RouteReason.Maintenance, CommandKind.Plain),
        ("analyze", RouteReason.Maintenance, CommandKind.Plain),
        ("begin", RouteReason.TransactionControl, CommandKind.Begin),
        ("call", RouteReason.HiddenStatement, CommandKind.Stateful),
        ("checkpoint", RouteReason.Maintenance, CommandKind.Plain),
        ("close", RouteReason.SessionState, CommandKind.Plain),
        ("cluster", RouteReason.Maintenance, CommandKind.Plain),
        ("comment", RouteReason.SchemaChange, CommandKind.Plain),
        ("commit", RouteReason.TransactionControl, CommandKind.Finish),
        ("create", RouteReason.SchemaChange, CommandKind.Create),
        ("deallocate", RouteReason.SessionState, CommandKind.Plain),
        ("declare", RouteReason.SessionState, CommandKind.Declare),
        ("delete", RouteReason.Write, CommandKind.Plain),
        ("discard", RouteReason.SessionState, CommandKind.Discard),
        ("do", RouteReason.HiddenStatement, CommandKind.Stateful),
        ("drop", RouteReason.SchemaChange, CommandKind.Plain),
        ("end", RouteReason.TransactionControl, CommandKind.Finish),
        ("execute", RouteReason.HiddenStatement, CommandKind.Stateful),
        ("fetch", RouteReason.SessionState, CommandKind.Plain),
        ("grant", RouteReason.SchemaChange, CommandKind.Plain),
        ("import", RouteReason.SchemaChange, CommandKind.Plain),
        ("insert", RouteReason.Write, CommandKind.Plain),
        ("listen", RouteReason.SessionState, CommandKind.Stateful),
        ("load", RouteReason.SessionState, CommandKind.Stateful),
        ("lock", RouteReason.LockingClause, CommandKind.Plain),
        ("merge", RouteReason.Write, CommandKind.Plain),
        ("move", RouteReason.SessionState, CommandKind.Plain),
        ("notify", RouteReason.Write, CommandKind.Plain),
        ("prepare", RouteReason.SessionState, CommandKind.Prepare),
        ("reassign", RouteReason.SchemaChange, CommandKind.Plain),
        ("refresh", RouteReason.Maintenance, CommandKind.Plain),
        ("reindex", RouteReason.Maintenance, CommandKind.Plain),
        ("release", RouteReason.TransactionControl, CommandKind.Plain),
        ("repack", RouteReason.Maintenance, CommandKind.Plain),
        ("reset", RouteReason.SessionState, CommandKind.Stateful),
        ("revoke", RouteReason.SchemaChange, CommandKind.Plain),
        ("rollback", RouteReason.TransactionControl, CommandKind.Finish),
        ("savepoint", RouteReason.TransactionControl, CommandKind.Plain),
        ("security", RouteReason.SchemaChange, CommandKind.Plain),
        ("set", RouteReason.SessionState, CommandKind.Set),
        ("show", RouteReason.PerServer, CommandKind.Plain),
        ("start", RouteReason.TransactionControl, CommandKind.Begin),
        ("truncate", RouteReason.Write, CommandKind.Plain),
        ("unlisten", RouteReason.SessionState, CommandKind.Plain),
        ("update", RouteReason.Write, CommandKind.Plain),
        ("vacuum", RouteReason.Maintenance, CommandKind.Plain),
        ("wait", RouteReason.PerServer, CommandKind.Plain),
    ];

    private static readonly NameTable Index = new([.. Commands.Select((command, i) => new NameEntry(command.Word, (NameFlags)(i + 1), command.Reason))]);

    internal static bool Find(ReadOnlySpan<char> word, out RouteReason reason, out CommandKind kind)
    {
        var i = (int)Index.Find(word, quoted: false).Flags;
        (reason, kind) = i == 0 ? (RouteReason.NotUnderstood, CommandKind.Plain) : (Commands[i - 1].Reason, Commands[i - 1].Kind);
        return i != 0;
    }
}

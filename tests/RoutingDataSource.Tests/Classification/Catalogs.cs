using ReplicaRouting.Classification;
using ReplicaRouting.Model;

namespace ReplicaRouting.Tests.Classification;

internal static class Catalogs
{
    /// <summary>No server was asked yet.</summary>
    internal static readonly FunctionCatalog BuiltIn = new(new ClassificationOptions(), userFunctions: null);

    /// <summary>What a server says of tests/corpus/setup.sql.</summary>
    internal static readonly FunctionCatalog Corpus = new(
        new ClassificationOptions(),
        [
            new("public", "pure_add", false), new("public", "order_total", false), new("public", "full_name", false), new("public", "stable_rows", false),
            new("public", "bump", true), new("public", "touched", true), new("public", "take_lock", true), new("public", "log_it", true),
            new("public", "locking_cast", true), new("public", "checks", true), new("public", "steady", false), new("public", "logged", true),
            new("public", "steady_sum", false), new("app", "nextval", false), new("app", "version", false), new("app", "touch", true),
            new("public", "NextVal", false), new("public", "+%", true), new("public", "***", false), new("public", "checked", true),
            new("public", "checked_again", true), new("public", "holds_checked", true), new("public", "locks_here", true),
            new("pg_catalog", "macaddr", true),
        ],
        [
            new("public", "numbers", 'S'), new("public", "Quoted Numbers", 'S'), new("public", "scratch", 'u'), new("public", "ticket", 'v'),
            new("public", "ticket_again", 'v'), new("public", "activity", 'v'), new("public", "locker", 'v'),
            new("public", "checked_view", 'v'), new("public", "settings_view", 'v'), new("public", "mixed", 'v'), new("public", "mixed_first", 'u'),
            new("public", "tallies", 'c'),
        ]);

    internal static readonly FunctionCatalog[] All = [Corpus, BuiltIn];

    internal static FunctionCatalog With(params UserFunction[] functions) => new(new ClassificationOptions(), functions);
}

using ReplicaRouting.Model;

namespace ReplicaRouting.Classification;

/// <summary>What is known of functions and tables: the built-in table, what pg_proc said of the user's functions, and the options.</summary>
internal sealed class FunctionCatalog
{
    /// <summary>Initialises a catalog.</summary>
    /// <param name="options">What the application said about its own names.</param>
    /// <param name="userFunctions">What pg_proc said; <see langword="null"/> when no server was asked yet, in which case a function that is
    /// not built in counts as unknown.</param>
    public FunctionCatalog(ClassificationOptions options, IReadOnlyList<UserFunction>? userFunctions)
    {
        Options = options;
        UserFunctions = userFunctions;
    }

    public ClassificationOptions Options { get; }

    public IReadOnlyList<UserFunction>? UserFunctions { get; }
}

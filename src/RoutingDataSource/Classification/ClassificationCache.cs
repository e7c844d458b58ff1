namespace ReplicaRouting.Classification;

/// <summary>Remembers classifications by string reference first, then by content; bounded.</summary>
internal sealed class ClassificationCache
{
    private readonly FunctionCatalog _catalog;

    /// <summary>Initialises a cache. A new catalog needs a new cache.</summary>
    public ClassificationCache(FunctionCatalog catalog) => _catalog = catalog;

    public StatementClass Classify(string sql) => StatementClassifier.Classify(sql, _catalog);
}

namespace ReplicaRouting.Classification;

/// <summary>Proves from its text alone that a command is harmless on a replica. Anything it does not understand is not.</summary>
internal static class StatementClassifier
{
    public static StatementClass Classify(ReadOnlySpan<char> sql, FunctionCatalog catalog)
    {
        _ = (sql.Length, catalog);
        return default; // nothing is understood yet, so nothing is proven
    }
}

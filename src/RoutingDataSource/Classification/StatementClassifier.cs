namespace ReplicaRouting.Classification;

/// <summary>Proves from its text alone that a command is harmless on a replica. Anything it does not understand is not.</summary>
internal static class StatementClassifier
{
    /// <summary>Parentheses nested deeper than this are not followed.</summary>
    internal const int MaxDepth = 256;

    /// <summary>Classifies a text. Never throws, whatever the text; allocates nothing; takes time in proportion to the text's length.</summary>
    /// <param name="sql">One or several statements.</param>
    /// <param name="catalog">What is known of functions and tables.</param>
    /// <returns>What the text was proven to be, and the token that decided.</returns>
    public static StatementClass Classify(ReadOnlySpan<char> sql, FunctionCatalog catalog)
    {
        return PlainRead.Proves(sql, catalog) ? ProvenRead : Scan(sql, catalog);
    }

    private static readonly StatementClass ProvenRead = new() { Reason = RouteReason.ProvenRead };

    /// <summary>Classifies by the full grammar.</summary>
    internal static StatementClass Scan(ReadOnlySpan<char> sql, FunctionCatalog catalog)
    {
        Span<Frame> frames = stackalloc Frame[MaxDepth];
        var scanner = new StatementScanner(sql, catalog, frames);
        return scanner.Run();
    }
}

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
        return PlainRead.Proves(sql, catalog) ? ProvenRead
            : !sql.IsEmpty && sql[0] is <= ' ' or '-' or '/' && ProvesBehindComments(sql, catalog, out var result) ? result
            : Scan(sql, catalog);
    }

    /// <summary>Whether nothing but comments and white space stands before a plain read: EF Core's tags, a text that begins on a line of its own.</summary>
    private static bool ProvesBehindComments(ReadOnlySpan<char> sql, FunctionCatalog catalog, out StatementClass result)
    {
        var hint = HintReader.Read(sql, out var start);
        result = hint == RouteHint.None ? ProvenRead : new() { Reason = hint == RouteHint.Primary ? RouteReason.HintPrimary : RouteReason.ProvenRead, Hint = hint };
        return start < sql.Length && PlainRead.IsOrdinary(sql[..start]) && PlainRead.Proves(sql[start..], catalog);
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

namespace ReplicaRouting.Classification;

/// <summary>Which word calls which operator.</summary>
internal static class GrammarOperatorTable
{
    internal static GrammarOperators OfSymbol(string symbol) => symbol switch
    {
        "~~" or "!~~" => GrammarOperators.Like,
        "~~*" or "!~~*" => GrammarOperators.ILike,
        "~" or "!~" => GrammarOperators.Similar,
        ">=" or "<=" or "<" or ">" => GrammarOperators.Between,
        "=" or "<>" => GrammarOperators.Equal,
        _ => GrammarOperators.None,
    };

    internal static GrammarOperators OfWord(ReadOnlySpan<char> word)
    {
        Span<char> lower = stackalloc char[8];
        if (word.Length > lower.Length)
        {
            return GrammarOperators.None;
        }

        return lower[..word.ToLowerInvariant(lower)] switch
        {
            "like" => GrammarOperators.Like,
            "ilike" => GrammarOperators.ILike,
            "similar" => GrammarOperators.Similar,
            "between" => GrammarOperators.Between,
            "in" or "distinct" or "nullif" or "case" or "using" or "natural" => GrammarOperators.Equal,
            _ => GrammarOperators.None,
        };
    }
}

namespace ReplicaRouting.Classification;

/// <summary>Operators that the grammar calls by a word: <c>a LIKE b</c> is <c>a ~~ b</c>, whichever operator of that name the search path finds.</summary>
[Flags]
internal enum GrammarOperators : byte
{
    None = 0,

    /// <summary>LIKE: <c>~~</c> and <c>!~~</c>.</summary>
    Like = 1,

    /// <summary>ILIKE: <c>~~*</c> and <c>!~~*</c>.</summary>
    ILike = 2,

    /// <summary>SIMILAR TO: <c>~</c> and <c>!~</c>.</summary>
    Similar = 4,

    /// <summary>BETWEEN: <c>&gt;=</c>, <c>&lt;=</c>, <c>&lt;</c> and <c>&gt;</c>.</summary>
    Between = 8,

    /// <summary>IN, IS DISTINCT FROM, NULLIF, CASE x WHEN, JOIN … USING and NATURAL JOIN: <c>=</c> and <c>&lt;&gt;</c>.</summary>
    Equal = 16,
}

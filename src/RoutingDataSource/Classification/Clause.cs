namespace ReplicaRouting.Classification;

/// <summary>Where in a query a parenthesis level stands.</summary>
internal enum Clause : byte
{
    /// <summary>Not a query (yet).</summary>
    None,

    /// <summary>A query, at a place of no special meaning.</summary>
    Query,

    /// <summary>Between FROM and the next clause.</summary>
    From,

    /// <summary>Behind GROUP BY.</summary>
    GroupBy,

    /// <summary>Behind WITH or a comma: the name of a WITH query is next.</summary>
    CteName,

    /// <summary>Behind the name of a WITH query.</summary>
    CteNamed,

    /// <summary>Behind AS: the body is next.</summary>
    CteAs,

    /// <summary>Behind a body.</summary>
    CteDone,

    /// <summary>In SEARCH or CYCLE.</summary>
    CteSearch,
}

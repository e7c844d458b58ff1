namespace ReplicaRouting.Classification;

/// <summary>What an open parenthesis or bracket stands for.</summary>
internal enum FrameKind : byte
{
    /// <summary>No parenthesis: the statement itself.</summary>
    Statement,

    /// <summary>An expression, a list or a subquery.</summary>
    Group,

    /// <summary>The arguments of a function, or of something written like one.</summary>
    Arguments,

    /// <summary>The arguments of <c>substring</c> or <c>overlay</c>, in which FOR is a separator.</summary>
    SubstringArguments,

    /// <summary>The arguments of <c>set_config</c>.</summary>
    SetConfigArguments,

    /// <summary>A parenthesis at a place where FROM expects a table.</summary>
    FromItem,

    /// <summary>The body of a WITH query.</summary>
    CteBody,

    /// <summary>The column list of a WITH query.</summary>
    CteColumns,

    /// <summary><c>DISTINCT ON (…)</c>, behind which an expression may follow directly.</summary>
    DistinctOn,

    /// <summary><c>OPERATOR(schema.+)</c>, behind which an expression may follow directly.</summary>
    OperatorName,

    /// <summary><c>[…]</c>.</summary>
    Bracket,
}

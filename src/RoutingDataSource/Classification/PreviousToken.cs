namespace ReplicaRouting.Classification;

/// <summary>What stands before a token.</summary>
internal enum PreviousToken : byte
{
    /// <summary>Nothing: a statement or a parenthesis begins.</summary>
    Start,

    /// <summary>A name or an unlisted word.</summary>
    Name,

    /// <summary>A keyword.</summary>
    Keyword,

    /// <summary>A constant, a placeholder or a closing parenthesis: the end of an operand, behind which no call can stand.</summary>
    Operand,

    /// <summary>An operator, or what ends like one.</summary>
    Operator,

    Comma,
    Dot,
    Cast,
}

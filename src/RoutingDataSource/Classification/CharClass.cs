namespace ReplicaRouting.Classification;

/// <summary>What a character can begin.</summary>
internal enum CharClass : byte
{
    Other,
    Nul,
    Space,
    Letter,
    Digit,
    SingleQuote,
    DoubleQuote,
    Dollar,
    Operator,
    Colon,
    Dot,

    /// <summary>From here on the character is a token of its own.</summary>
    FirstSingle,
}

namespace ReplicaRouting.Classification;

/// <summary>What the lexer found. Comments and white space are never tokens.</summary>
internal enum TokenKind : byte
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>An unquoted word: a name or a keyword.</summary>
    Word,

    /// <summary>A name in double quotes, without escapes.</summary>
    QuotedName,

    /// <summary>A name written <c>U&amp;"…"</c>, or one whose text holds doubled quotes: which name it is needs decoding.</summary>
    EncodedName,

    /// <summary><c>@name</c> or <c>:name</c>: a placeholder for Npgsql, or an operator before a name when no parameter has that name.</summary>
    Placeholder,

    /// <summary>A string constant of any form.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>$1</c>.</summary>
    Parameter,

    /// <summary>A run of operator characters.</summary>
    Operator,

    /// <summary><c>::</c>.</summary>
    Cast,

    /// <summary><c>:</c> or <c>:=</c>.</summary>
    Colon,

    /// <summary><c>.</c>.</summary>
    Dot,

    /// <summary><c>,</c>.</summary>
    Comma,

    /// <summary><c>;</c>.</summary>
    Semicolon,

    /// <summary><c>(</c>.</summary>
    OpenParen,

    /// <summary><c>)</c>.</summary>
    CloseParen,

    /// <summary><c>[</c>.</summary>
    OpenBracket,

    /// <summary><c>]</c>.</summary>
    CloseBracket,

    /// <summary>A string, quoted name or comment that is not closed, or a character that PostgreSQL refuses. The rest of the text is
    /// swallowed.</summary>
    Unterminated,

    /// <summary>Something that PostgreSQL versions, or Npgsql and the server, read differently.</summary>
    Ambiguous,
}

using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Classify;

/// <summary>Splits a script at its semicolons, by PostgreSQL's lexical rules.</summary>
internal static class StatementSplitter
{
    /// <summary>Splits a script. Comments stay with the statement that follows them, so hints do; a semicolon in parentheses or in a body
    /// written BEGIN ATOMIC … END ends nothing.</summary>
    internal static IEnumerable<string> Split(string script)
    {
        var statements = new List<string>();
        var lexer = new SqlLexer(script, standardConformingStrings: true);
        int start = 0, depth = 0, blocks = 0;
        bool any = false, begin = false;
        while (true)
        {
            var kind = lexer.Next();
            if (kind == TokenKind.End || (kind == TokenKind.Semicolon && depth <= 0 && blocks == 0))
            {
                if (any)
                {
                    statements.Add(script[start..lexer.Start].Trim().TrimStart('\uFEFF'));
                }

                if (kind == TokenKind.End)
                {
                    return statements;
                }

                (start, depth, any) = (lexer.End, 0, false);
                continue;
            }

            any = true;
            depth += kind switch { TokenKind.OpenParen => 1, TokenKind.CloseParen => -1, _ => 0 };
            var word = kind == TokenKind.Word ? script.AsSpan(lexer.Start, lexer.Length) : default;
            if (begin && word.Equals("atomic", StringComparison.OrdinalIgnoreCase))
            {
                blocks = 1;
            }
            else if (blocks > 0)
            {
                blocks += word.Equals("case", StringComparison.OrdinalIgnoreCase) ? 1 : word.Equals("end", StringComparison.OrdinalIgnoreCase) ? -1 : 0;
            }

            begin = word.Equals("begin", StringComparison.OrdinalIgnoreCase);
        }
    }
}

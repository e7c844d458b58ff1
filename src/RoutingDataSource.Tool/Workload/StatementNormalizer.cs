using System.Text;
using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Workload;

/// <summary>Makes one text of statements that differ in their literals only.</summary>
internal static class StatementNormalizer
{
    /// <summary>The statement with each literal as <c>?</c> and single blanks, without comments. For display and grouping; the original is what
    /// is classified.</summary>
    internal static string Normalize(string sql)
    {
        var lexer = new SqlLexer(sql, standardConformingStrings: true);
        var text = new StringBuilder(sql.Length);
        var end = 0;
        for (var kind = lexer.Next(); kind != TokenKind.End; kind = lexer.Next())
        {
            if (text.Length > 0 && lexer.Start > end)
                text.Append(' ');
            end = lexer.End;
            if (kind is TokenKind.String or TokenKind.Number)
                text.Append('?');
            else
                text.Append(sql, lexer.Start, lexer.Length);
            if (kind == TokenKind.Unterminated)
                break;
        }

        while (text.Length > 0 && text[^1] is ';' or ' ')
            text.Length--;
        return text.ToString();
    }
}

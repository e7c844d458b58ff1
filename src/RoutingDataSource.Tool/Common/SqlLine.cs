using System.Text;
using ReplicaRouting.Classification;

namespace ReplicaRouting.Tool.Common;

/// <summary>Shows a statement in one line in which it means the same: a comment that ends with its line would take the rest along.</summary>
internal static class SqlLine
{
    /// <summary>Writes a statement in one line: white space is one blank, and <c>-- comments</c> are written as <c>/* comments */</c>.</summary>
    /// <param name="sql">The statement.</param>
    internal static string Of(string sql)
    {
        var line = new StringBuilder(sql.Length);
        var lexer = new SqlLexer(sql, standardConformingStrings: true);
        var end = 0;
        TokenKind kind;
        do
        {
            kind = lexer.Next();
            AppendGap(line, sql.AsSpan(end, lexer.Start - end)); // white space and comments are what no token covers
            line.Append(sql, lexer.Start, lexer.Length);
            end = lexer.End;
        }
        while (kind != TokenKind.End);
        return CommandRunner.OneLine(line.ToString());
    }

    private static void AppendGap(StringBuilder line, ReadOnlySpan<char> gap)
    {
        while (gap.IndexOf("--", StringComparison.Ordinal) is >= 0 and var start)
        {
            // Inside /* … */ it is part of that comment.
            if (gap.IndexOf("/*", StringComparison.Ordinal) is >= 0 and var block && block < start)
            {
                var length = BlockLength(gap[block..]);
                line.Append(gap[..(block + length)]);
                gap = gap[(block + length)..];
                continue;
            }

            var comment = gap[(start + 2)..];
            var last = comment.IndexOfAny('\r', '\n');
            var text = (last < 0 ? comment : comment[..last]).Trim().ToString();
            line.Append(gap[..start]).Append("/* ").Append(text.Replace("*/", "* /", StringComparison.Ordinal).Replace("/*", "/ *", StringComparison.Ordinal)).Append(" */");
            gap = last < 0 ? [] : comment[last..];
        }

        line.Append(gap);
    }

    // Comments nest.
    private static int BlockLength(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '/' && text[i + 1] == '*')
            {
                depth++;
                i++;
            }
            else if (text[i] == '*' && text[i + 1] == '/')
            {
                i++;
                if (--depth == 0)
                    return i + 1;
            }
        }

        return text.Length;
    }
}

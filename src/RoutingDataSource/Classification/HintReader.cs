namespace ReplicaRouting.Classification;

/// <summary>Reads the comments before the first token for a hint. A comment is a hint when it holds nothing but <c>route: primary</c> or
/// <c>route: replica</c>.</summary>
internal static class HintReader
{
    /// <summary>Reads the hint. Two that contradict each other ask for the primary.</summary>
    /// <param name="text">The text.</param>
    /// <param name="end">The index of the first character that is neither white space nor in a comment.</param>
    internal static RouteHint Read(ReadOnlySpan<char> text, out int end)
    {
        var hint = RouteHint.None;
        var i = 0;
        while (true)
        {
            while (i < text.Length && text[i] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
            {
                i++;
            }

            end = i;
            if (i + 1 >= text.Length)
            {
                return hint;
            }

            if (text[i] == '-' && text[i + 1] == '-')
            {
                var length = text[i..].IndexOfAny('\r', '\n');
                var lineEnd = length < 0 ? text.Length : i + length;
                hint = Merge(hint, text[(i + 2)..lineEnd]);
                i = lineEnd;
            }
            else if (text[i] == '/' && text[i + 1] == '*')
            {
                var commentEnd = CommentEnd(text, i);
                if (commentEnd < 0)
                {
                    return hint;
                }

                hint = Merge(hint, text[(i + 2)..(commentEnd - 2)]);
                i = commentEnd;
            }
            else
            {
                return hint;
            }
        }
    }

    private static int CommentEnd(ReadOnlySpan<char> text, int start)
    {
        var depth = 0;
        for (var i = start; i + 1 < text.Length;)
        {
            if (text[i] == '/' && text[i + 1] == '*')
            {
                depth++;
                i += 2;
            }
            else if (text[i] == '*' && text[i + 1] == '/')
            {
                i += 2;
                if (--depth == 0)
                {
                    return i;
                }
            }
            else
            {
                i++;
            }
        }

        return -1;
    }

    private static RouteHint Merge(RouteHint known, ReadOnlySpan<char> comment)
    {
        comment = comment.Trim();
        if (!comment.StartsWith("route", StringComparison.OrdinalIgnoreCase))
        {
            return known;
        }

        comment = comment["route".Length..].TrimStart();
        if (comment.IsEmpty || comment[0] != ':')
        {
            return known;
        }

        comment = comment[1..].Trim();
        return comment.Equals("primary", StringComparison.OrdinalIgnoreCase) ? RouteHint.Primary
            : comment.Equals("replica", StringComparison.OrdinalIgnoreCase) && known == RouteHint.None ? RouteHint.Replica
            : known;
    }
}

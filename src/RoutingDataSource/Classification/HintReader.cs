namespace ReplicaRouting.Classification;

/// <summary>Reads the comments before the first token for a hint. A comment is a hint when it holds nothing but <c>route: primary</c> or
/// <c>route: replica</c>.</summary>
internal static class HintReader
{
    /// <summary>Reads the hint. Two that contradict each other ask for the primary.</summary>
    internal static RouteHint Read(ReadOnlySpan<char> text)
    {
        var hint = RouteHint.None;
        var i = 0;
        while (true)
        {
            while (i < text.Length && text[i] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v')
            {
                i++;
            }

            if (i + 1 >= text.Length)
            {
                return hint;
            }

            if (text[i] == '-' && text[i + 1] == '-')
            {
                var end = text[i..].IndexOfAny('\r', '\n');
                end = end < 0 ? text.Length : i + end;
                hint = Merge(hint, text[(i + 2)..end]);
                i = end;
            }
            else if (text[i] == '/' && text[i + 1] == '*')
            {
                var end = CommentEnd(text, i);
                if (end < 0)
                {
                    return hint;
                }

                hint = Merge(hint, text[(i + 2)..(end - 2)]);
                i = end;
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

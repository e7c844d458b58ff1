namespace ReplicaRouting.Classification;

/// <summary>Schema and name as one key, and how the options write such names.</summary>
internal static class QualifiedName
{
    private const char Separator = '\0'; // cannot occur in a name

    internal static string Key(string schema, string name) => $"{schema}{Separator}{name}";

    internal static int Write(Span<char> key, ReadOnlySpan<char> schema, bool schemaQuoted, ReadOnlySpan<char> name, bool quoted)
    {
        Fold(schema, schemaQuoted, key);
        key[schema.Length] = Separator;
        Fold(name, quoted, key[(schema.Length + 1)..]);
        return schema.Length + 1 + name.Length;
    }

    /// <summary>Splits <c>name</c>, <c>schema.name</c> or <c>schema.*</c>, each part with or without double quotes.</summary>
    internal static (string? Schema, string Name) Parse(string text)
    {
        text = text.Trim();
        var parts = new List<string>();
        var i = 0;
        while (i < text.Length)
        {
            int end;
            if (text[i] == '"')
            {
                end = i + 1;
                while (end < text.Length && (text[end] != '"' || (end + 1 < text.Length && text[end + 1] == '"')))
                {
                    end += text[end] == '"' ? 2 : 1;
                }

                parts.Add(text[(i + 1)..Math.Min(end, text.Length)].Replace("\"\"", "\"", StringComparison.Ordinal));
                end = Math.Min(end + 1, text.Length);
            }
            else
            {
                end = text.IndexOf('.', i);
                end = end < 0 ? text.Length : end;
                parts.Add(FoldText(text[i..end].Trim()));
            }

            i = end + 1;
        }

        return parts.Count switch
        {
            0 => (null, ""),
            1 => (null, parts[0]),
            _ => (parts[^2], parts[^1]),
        };
    }

    /// <summary>Whether an option's text is one that <see cref="Parse"/> splits. Everything else, such as a function with its arguments, would name
    /// nothing, and nobody would notice.</summary>
    internal static bool IsWellFormed(string? text)
    {
        var rest = text.AsSpan().Trim();
        if (!TakePart(ref rest))
            return false;
        if (rest.IsEmpty)
            return true;
        if (rest[0] != '.')
            return false;
        rest = rest[1..];
        return rest is "*" || (TakePart(ref rest) && rest.IsEmpty);
    }

    private static bool TakePart(ref ReadOnlySpan<char> rest)
    {
        var length = rest is ['"', ..] ? QuotedLength(rest) : UnquotedLength(rest);
        rest = rest[length..];
        return length > 0;
    }

    // 0 for a name that is empty or not closed.
    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] != '"')
                continue;
            if (i + 1 == text.Length || text[i + 1] != '"')
                return i > 1 ? i + 1 : 0;
            i++;
        }

        return 0;
    }

    private static int UnquotedLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (IsNameStart(text[length]) || (length > 0 && (char.IsAsciiDigit(text[length]) || text[length] == '$'))))
        {
            length++;
        }

        return length;
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c > '\x7f';

    internal static string FoldText(string name) =>
        string.Create(name.Length, name, static (span, source) => Fold(source, quoted: false, span));

    private static void Fold(ReadOnlySpan<char> name, bool quoted, Span<char> target)
    {
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            target[i] = !quoted && char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;
        }
    }
}

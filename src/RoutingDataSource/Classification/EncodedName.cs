using System.Globalization;

namespace ReplicaRouting.Classification;

/// <summary>Reads quoted names that need decoding: doubled quotes, and the escapes of <c>U&amp;"…"</c>.</summary>
internal static class EncodedName
{
    private const string White = " \t\r\n\f\v";

    /// <summary>Decodes a name; what goes beyond the target is cut off, as PostgreSQL does.</summary>
    /// <param name="token">The name with its quotes, and with its prefix and its escape character if it has them.</param>
    /// <param name="target">Where the name goes.</param>
    /// <param name="length">How much of the target was filled.</param>
    /// <returns>Whether the escapes are valid.</returns>
    internal static bool TryDecode(ReadOnlySpan<char> token, Span<char> target, out int length)
    {
        length = 0;
        var escapes = token[0] != '"';
        var escape = '\\';
        if (escapes && token[^1] == '\'')
        {
            escape = token[^2];
            token = token[..(token.LastIndexOf('"') + 1)];
            if (char.IsAsciiHexDigit(escape) || escape is '+' or '"' or <= ' ')
            {
                return false;
            }
        }

        var text = token[(escapes ? 3 : 1)..^1];
        for (var i = 0; i < text.Length && length < target.Length; i++)
        {
            var c = text[i];
            if (c == '"')
            {
                i++; // always doubled
            }
            else if (escapes && c == escape)
            {
                if (i + 1 < text.Length && text[i + 1] == escape)
                {
                    i++;
                }
                else
                {
                    var long6 = i + 1 < text.Length && text[i + 1] == '+';
                    var from = i + (long6 ? 2 : 1);
                    var digits = long6 ? 6 : 4;
                    if (from + digits > text.Length
                        || !uint.TryParse(text.Slice(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                        || code is 0 or > 0xFFFF)
                    {
                        return false; // beyond the first plane no name of ours can be meant, and none is worth the room
                    }

                    c = (char)code;
                    i = from + digits - 1;
                }
            }

            target[length++] = c;
        }

        return true;
    }

    /// <summary>Gets the end of <c>UESCAPE 'c'</c> behind a name. Where a comment or anything else but white space stands between, the word stays a
    /// token of its own, and the name is not understood.</summary>
    /// <param name="text">The text.</param>
    /// <param name="end">The index behind the name's closing quote.</param>
    /// <returns>The index behind the escape character's closing quote, or <paramref name="end"/>.</returns>
    internal static int EndWithEscape(ReadOnlySpan<char> text, int end)
    {
        var rest = text[end..].TrimStart(White);
        if (!rest.StartsWith("uescape", StringComparison.OrdinalIgnoreCase))
        {
            return end;
        }

        rest = rest["uescape".Length..].TrimStart(White);
        return rest.Length >= 3 && rest[0] == '\'' && rest[1] is not ('\'' or '\\') && rest[2] == '\'' && !rest[3..].StartsWith('\'')
            ? text.Length - rest.Length + 3
            : end;
    }
}

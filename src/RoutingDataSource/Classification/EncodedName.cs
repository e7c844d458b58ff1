using System.Globalization;

namespace ReplicaRouting.Classification;

/// <summary>Reads quoted names that need decoding: doubled quotes, and the escapes of <c>U&amp;"…"</c>.</summary>
internal static class EncodedName
{
    /// <summary>Decodes a name; what goes beyond the target is cut off, as PostgreSQL does.</summary>
    /// <param name="token">The name with its quotes, and with its prefix if it has one.</param>
    /// <param name="target">Where the name goes.</param>
    /// <param name="length">How much of the target was filled.</param>
    /// <returns>Whether the escapes are valid.</returns>
    internal static bool TryDecode(ReadOnlySpan<char> token, Span<char> target, out int length)
    {
        length = 0;
        var escapes = token[0] != '"';
        var text = token[(escapes ? 3 : 1)..^1];
        for (var i = 0; i < text.Length && length < target.Length; i++)
        {
            var c = text[i];
            if (c == '"')
            {
                i++; // always doubled
            }
            else if (escapes && c == '\\')
            {
                if (i + 1 < text.Length && text[i + 1] == '\\')
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
}

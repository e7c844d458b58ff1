using System.Runtime.CompilerServices;

namespace ReplicaRouting.Classification;

/// <summary>The classes of the ASCII characters. Every other character is part of a name for PostgreSQL, also a no-break space and a byte order
/// mark.</summary>
internal static class CharTable
{
    private static readonly byte[] Classes = BuildClasses();
    private static readonly bool[] NameParts = BuildNameParts();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static CharClass Class(char ascii) => (CharClass)Classes[ascii];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNamePart(char c) => c >= 128 || NameParts[c];

    internal static TokenKind SingleKind(char c) => c switch
    {
        ',' => TokenKind.Comma,
        '(' => TokenKind.OpenParen,
        ')' => TokenKind.CloseParen,
        ';' => TokenKind.Semicolon,
        '[' => TokenKind.OpenBracket,
        _ => TokenKind.CloseBracket,
    };

    private static byte[] BuildClasses()
    {
        var classes = new byte[128];
        Set(classes, "\0", CharClass.Nul);
        Set(classes, " \t\n\r\f\v", CharClass.Space);
        Set(classes, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", CharClass.Letter);
        Set(classes, "0123456789", CharClass.Digit);
        Set(classes, "'", CharClass.SingleQuote);
        Set(classes, "\"", CharClass.DoubleQuote);
        Set(classes, "$", CharClass.Dollar);
        Set(classes, "~!@#^&|`?+-*/%<>=", CharClass.Operator);
        Set(classes, ":", CharClass.Colon);
        Set(classes, ".", CharClass.Dot);
        Set(classes, ",();[]", CharClass.FirstSingle);
        return classes;
    }

    private static bool[] BuildNameParts()
    {
        var parts = new bool[128];
        foreach (var c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789$")
        {
            parts[c] = true;
        }

        return parts;
    }

    private static void Set(byte[] classes, string characters, CharClass value)
    {
        foreach (var c in characters)
        {
            classes[c] = (byte)value;
        }
    }
}

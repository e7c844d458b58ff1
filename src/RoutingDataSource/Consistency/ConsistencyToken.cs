using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace ReplicaRouting;

/// <summary>What a session has written, in a form that another process can take up: a short, URL-safe text that says from which position on
/// which cluster reads must start. It holds no data of the application. It is not signed: a forged one costs its bearer at most
/// <c>MaxPin</c> on the primary.</summary>
public sealed class ConsistencyToken : IEquatable<ConsistencyToken>
{
    /// <summary>The longest text that is looked at, in characters.</summary>
    public const int MaxLength = 512;

    // version, then for each cluster: system identifier, timeline, position; then a check sum against cut and mistyped texts
    private const byte Version = 1;
    private const int EntrySize = sizeof(ulong) + sizeof(int) + sizeof(ulong);
    private const int CheckSize = sizeof(ushort);

    private readonly string _text;

    internal ConsistencyToken(IReadOnlyList<Entry> entries)
    {
        Entries = entries;
        var bytes = new byte[1 + (entries.Count * EntrySize) + CheckSize];
        bytes[0] = Version;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = bytes.AsSpan(1 + (i * EntrySize), EntrySize);
            BinaryPrimitives.WriteUInt64BigEndian(entry, entries[i].SystemIdentifier);
            BinaryPrimitives.WriteInt32BigEndian(entry[sizeof(ulong)..], entries[i].Timeline);
            BinaryPrimitives.WriteUInt64BigEndian(entry[(sizeof(ulong) + sizeof(int))..], entries[i].Position.Value);
        }

        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(bytes.Length - CheckSize), CheckSum(bytes.AsSpan(0, bytes.Length - CheckSize)));
        _text = Base64Url.EncodeToString(bytes);
    }

    /// <summary>Where the log of one cluster stood. A position of 0 stands for "not known: sample one yourself".</summary>
    internal readonly record struct Entry(ulong SystemIdentifier, int Timeline, WalPosition Position);

    internal IReadOnlyList<Entry> Entries { get; }

    /// <summary>Reads a token.</summary>
    /// <param name="text">What <see cref="ToString"/> returned.</param>
    /// <returns>The token.</returns>
    /// <exception cref="FormatException">The text is not a token, or was cut or changed. Trying again does not help: go on without it.</exception>
    public static ConsistencyToken Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var token)
            ? token
            : throw new FormatException(
                $"The text of {text.Length} characters is not a consistency token, or was cut or changed. Go on without it.");
    }

    /// <summary>Reads a token.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="token">The token, when the text is one.</param>
    /// <returns>Whether it is one. Never throws.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ConsistencyToken? token)
    {
        token = null;
        if (text is null || text.Length is 0 or > MaxLength || !Base64Url.IsValid(text, out var length))
            return false;
        var bytes = new byte[length];
        if (!Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != length)
            return false;
        var body = length - 1 - CheckSize;
        if (body < EntrySize || body % EntrySize != 0 || bytes[0] != Version ||
            BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(length - CheckSize)) != CheckSum(bytes.AsSpan(0, length - CheckSize)))
            return false;

        var entries = new Entry[body / EntrySize];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = bytes.AsSpan(1 + (i * EntrySize), EntrySize);
            entries[i] = new(
                BinaryPrimitives.ReadUInt64BigEndian(entry),
                BinaryPrimitives.ReadInt32BigEndian(entry[sizeof(ulong)..]),
                new(BinaryPrimitives.ReadUInt64BigEndian(entry[(sizeof(ulong) + sizeof(int))..])));
        }

        token = new(entries);
        return true;
    }

    /// <summary>Returns the token as text: letters, digits, <c>-</c> and <c>_</c>; 31 characters for one cluster.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text;

    /// <inheritdoc />
    public bool Equals(ConsistencyToken? other) => other is not null && other._text == _text;

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as ConsistencyToken);

    /// <inheritdoc />
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    // Fletcher's sum: enough against accidents, and no more is claimed.
    private static ushort CheckSum(ReadOnlySpan<byte> bytes)
    {
        int a = 1, b = 0;
        foreach (var value in bytes)
        {
            a = (a + value) % 251;
            b = (b + a) % 251;
        }

        return (ushort)((b << 8) | a);
    }
}

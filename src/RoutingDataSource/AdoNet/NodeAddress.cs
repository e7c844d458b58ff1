using System.Globalization;

namespace ReplicaRouting.AdoNet;

/// <summary>Splits hosts as Npgsql does: <c>db1</c>, <c>db1:5433</c>, <c>[::1]:5433</c>, <c>::1</c>, <c>/var/run/postgresql</c>, <c>@abstract</c>.</summary>
internal static class NodeAddress
{
    /// <summary>Splits one entry of a list of hosts.</summary>
    /// <param name="entry">The entry.</param>
    /// <returns>The host, and the port if the entry holds one; a port of -1 is none that exists.</returns>
    public static (string Host, int? Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0 || entry[0] is '/' or '@') // Npgsql's Unix sockets
            return (entry, null);
        var bracket = entry.LastIndexOf(']');
        var isBareIPv6 = bracket < 0 && entry.AsSpan(0, colon).Contains(':');
        if (isBareIPv6 || colon < bracket)
            return (entry, null);
        return (entry[..colon], ParsePort(entry.AsSpan(colon + 1)) ?? -1);
    }

    /// <summary>Reads a port; <see langword="null"/> when it is none.</summary>
    public static int? ParsePort(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && IsPort(port) ? port : null;

    public static bool IsPort(int port) => port is > 0 and <= ushort.MaxValue;
}

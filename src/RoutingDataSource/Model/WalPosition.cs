using System.Globalization;

namespace ReplicaRouting;

/// <summary>A position in PostgreSQL's write-ahead log (pg_lsn): the number of bytes written since the cluster was created.</summary>
/// <param name="Value">The byte position. Comparable between servers of one cluster and one timeline only.</param>
public readonly record struct WalPosition(ulong Value) : IComparable<WalPosition>
{
    // PostgreSQL manual, "WAL Internals": pages begin with a header of 24 bytes, the first one of a segment with 40.
    private const ulong ShortPageHeader = 24;
    private const ulong LongPageHeader = 40;

    /// <summary>Compares two positions of the same timeline.</summary>
    /// <param name="other">The position to compare with.</param>
    /// <returns>Less than, equal to or more than zero.</returns>
    public int CompareTo(WalPosition other) => Value.CompareTo(other.Value);

    /// <summary>Returns whether the left position is before the right one.</summary>
    public static bool operator <(WalPosition left, WalPosition right) => left.Value < right.Value;

    /// <summary>Returns whether the left position is after the right one.</summary>
    public static bool operator >(WalPosition left, WalPosition right) => left.Value > right.Value;

    /// <summary>Returns whether the left position is before or at the right one.</summary>
    public static bool operator <=(WalPosition left, WalPosition right) => left.Value <= right.Value;

    /// <summary>Returns whether the left position is after or at the right one.</summary>
    public static bool operator >=(WalPosition left, WalPosition right) => left.Value >= right.Value;

    /// <summary>Returns the position as PostgreSQL writes it, such as <c>0/3F07A611</c>.</summary>
    /// <returns>Two hexadecimal numbers with a slash between them.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value >> 32:X}/{(uint)Value:X}");

    /// <summary>The same position without a page header that no record follows yet.</summary>
    /// <remarks>Where a record ends with its page, the insert position of the primary stands behind the next page's header while the replay
    /// position of a standby stands before it, so that an idle standby would seem to be behind for ever. No record ends inside that
    /// range (a record is at least 24 bytes long), so nothing is lost by rounding down.</remarks>
    internal WalPosition WithoutPageHeader(uint pageSize)
    {
        var offset = Value % pageSize;
        return offset is ShortPageHeader or LongPageHeader ? new(Value - offset) : this;
    }
}

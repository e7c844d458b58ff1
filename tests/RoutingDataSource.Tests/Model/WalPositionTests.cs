namespace ReplicaRouting.Tests.Model;

public sealed class WalPositionTests
{
    private const uint Page = 8192;

    [Theory]
    [InlineData(0UL, "0/0")]
    [InlineData(0x3F07A611UL, "0/3F07A611")]
    [InlineData(0x1_0000_0000UL, "1/0")]
    [InlineData(0xFFFF_FFFF_FFFF_FFFFUL, "FFFFFFFF/FFFFFFFF")]
    public void ToString_Position_IsWrittenAsPostgreSqlDoes(ulong value, string expected) => Assert.Equal(expected, new WalPosition(value).ToString());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(23, 23)]
    [InlineData(24, 0)] // the short header of a page
    [InlineData(25, 25)]
    [InlineData(39, 39)]
    [InlineData(40, 0)] // the long header of a segment's first page
    [InlineData(41, 41)]
    [InlineData(8191, 8191)]
    public void WithoutPageHeader_OffsetInPage_IsRoundedDownOnlyBehindAHeader(int offset, int expected)
    {
        const ulong Start = 77UL * Page;
        Assert.Equal(new(Start + (ulong)expected), new WalPosition(Start + (ulong)offset).WithoutPageHeader(Page));
    }

    [Fact]
    public void WithoutPageHeader_OtherPageSize_IsRespected()
    {
        var position = new WalPosition((3 * 4096) + 24);
        Assert.Equal(new(3 * 4096), position.WithoutPageHeader(4096));
        Assert.Equal(position, position.WithoutPageHeader(8192)); // there it is in the middle of a page
    }

    [Fact]
    public void Comparison_Positions_AreOrderedByValueWithoutASign()
    {
        var low = new WalPosition(1);
        var high = new WalPosition(ulong.MaxValue);
        Assert.True(low < high && high > low && low <= high && high >= low);
        Assert.True(low.CompareTo(high) < 0 && high.CompareTo(low) > 0 && low.CompareTo(new(1)) == 0);
        Assert.False(low < new WalPosition(1) || low > new WalPosition(1));
        Assert.True(low <= new WalPosition(1) && low >= new WalPosition(1));
    }
}

namespace ReplicaRouting.Tests.Consistency;

public sealed class ConsistencyTokenTests
{
    private static readonly ConsistencyToken Token = new([new(ulong.MaxValue, int.MaxValue, new(0x3F07A611)), new(1, 1, default)]);

    [Fact]
    public void Parse_ItsOwnText_IsTheSameToken()
    {
        var parsed = ConsistencyToken.Parse(Token.ToString());
        Assert.Equal(Token.Entries, parsed.Entries);
        Assert.Equal(Token, parsed);
        Assert.Equal(Token.GetHashCode(), parsed.GetHashCode());
    }

    [Fact]
    public void ToString_OneCluster_IsShortAndUrlSafe()
    {
        var text = new ConsistencyToken([new(7, 1, new(9))]).ToString();
        Assert.Equal(31, text.Length);
        Assert.Matches("^[A-Za-z0-9_-]*$", text);
    }

    [Fact]
    public void TryParse_EveryCutText_IsRefused()
    {
        var text = Token.ToString();
        for (var length = 0; length < text.Length; length++)
            Assert.False(ConsistencyToken.TryParse(text[..length], out _), $"the first {length} characters were taken");
    }

    [Fact]
    public void TryParse_EveryChangedCharacter_IsRefusedOrTheSameBytes()
    {
        var text = Token.ToString();
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.False(ConsistencyToken.TryParse(changed, out var token) && !token.Equals(Token), $"character {i} was changed unnoticed");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a token")]
    [InlineData("AAAA")]
    [InlineData("ÄÖÜ")]
    public void TryParse_Garbage_IsRefused(string? text) => Assert.False(ConsistencyToken.TryParse(text, out _));

    [Fact]
    public void TryParse_LongerThanTheLimit_IsRefused() => Assert.False(ConsistencyToken.TryParse(new string('A', ConsistencyToken.MaxLength + 1), out _));

    [Fact]
    public void Parse_Garbage_SaysSoWithoutRepeatingIt()
    {
        var error = Assert.Throws<FormatException>(() => ConsistencyToken.Parse("<script>"));
        Assert.DoesNotContain("script", error.Message, StringComparison.Ordinal);
    }
}

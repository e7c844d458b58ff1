using ReplicaRouting.AdoNet;

namespace ReplicaRouting.Tests.AdoNet;

public sealed class ShadowExplainTests
{
    [Theory]
    [InlineData("SELECT 1", "SELECT 1")]
    [InlineData("SELECT $1, $2", "SELECT $1, $2")]
    [InlineData("SELECT @a, :b, @a", "SELECT $1, $2, $1")]
    [InlineData("SELECT '@a', x::text -- @c", "SELECT '@a', x::text")]
    [InlineData("/* :a */ SELECT 1;", "/* :a */ SELECT 1")]
    [InlineData("SELECT 1; SELECT 2", null)]
    [InlineData("SELECT 'open", null)]
    public void ToPrepare_Text_HasNumbersForNames(string text, string? prepared) => Assert.Equal(prepared, ShadowExplain.ToPrepare(text));
}

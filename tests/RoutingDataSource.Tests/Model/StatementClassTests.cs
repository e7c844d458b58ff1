namespace ReplicaRouting.Tests.Model;

public sealed class StatementClassTests
{
    [Fact]
    public void Default_OfNothing_IsNotUnderstoodAndNotReadOnly()
    {
        Assert.False(default(StatementClass).IsReadOnly);
        Assert.Equal(RouteReason.NotUnderstood, default(StatementClass).Reason);
    }

    [Fact]
    public void Token_InsideAndOutsideTheText_IsThePartOrEmpty()
    {
        var statement = new StatementClass { TokenStart = 7, TokenLength = 4 };
        Assert.Equal("next", statement.Token("SELECT next").ToString());
        Assert.Equal("", statement.Token("SELECT nex").ToString());
        Assert.Equal("", default(StatementClass).Token("SELECT").ToString());
    }
}

using ReplicaRouting.Classification;

namespace ReplicaRouting.Tests.Classification;

public sealed class HintTests
{
    [Theory]
    [InlineData("/* route: primary */ SELECT 1", RouteHint.Primary, RouteReason.HintPrimary)]
    [InlineData("-- route: primary\n\nSELECT 1", RouteHint.Primary, RouteReason.HintPrimary)]
    [InlineData("-- route: replica\n\nSELECT 1", RouteHint.Replica, RouteReason.ProvenRead)]
    [InlineData("-- one tag\n-- route: replica\n-- another\n\nSELECT 1", RouteHint.Replica, RouteReason.ProvenRead)]
    [InlineData("/*route:primary*/SELECT 1", RouteHint.Primary, RouteReason.HintPrimary)]
    [InlineData("  /* ROUTE : Primary */ SELECT 1", RouteHint.Primary, RouteReason.HintPrimary)]
    [InlineData("-- route: replica\n-- route: primary\nSELECT 1", RouteHint.Primary, RouteReason.HintPrimary)]
    [InlineData("-- route: primary\n-- route: replica\nSELECT 1", RouteHint.Primary, RouteReason.HintPrimary)]
    [InlineData("/* route: replica */ DELETE FROM t", RouteHint.Replica, RouteReason.Write)]
    [InlineData("/* route: replica */ SELECT nextval('s')", RouteHint.Replica, RouteReason.VolatileFunction)]
    [InlineData("/* route: primary */ DELETE FROM t", RouteHint.Primary, RouteReason.Write)]
    [InlineData("/* route: primaryx */ SELECT 1", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("/* a route: primary */ SELECT 1", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("/* route: primary, please */ SELECT 1", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("SELECT 1 /* route: primary */", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("SELECT /* route: primary */ 1", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("SELECT '/* route: primary */'", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("SELECT 1; /* route: primary */ SELECT 2", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("/* /* route: primary */ */ SELECT 1", RouteHint.None, RouteReason.ProvenRead)]
    [InlineData("/* route: primary */", RouteHint.Primary, RouteReason.Empty)]
    public void Hint_InAComment_CountsOnlyBeforeTheFirstToken(string sql, RouteHint hint, RouteReason reason)
    {
        var result = StatementClassifier.Classify(sql, Catalogs.BuiltIn);
        Assert.Equal((hint, reason), (result.Hint, result.Reason));
    }
}

using Npgsql;

namespace ReplicaRouting.Tests.AdoNet;

/// <summary>What <c>Build</c> refuses, and what just passes.</summary>
public sealed class BuildValidationTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly Dictionary<string, Action<RoutingOptions>> Broken = new()
    {
        ["Mode is 9"] = o => o.Mode = (RoutingMode)9,
        ["ReplicaSelection is 9"] = o => o.ReplicaSelection = (ReplicaSelection)9,
        ["SwitchReplica is 9"] = o => o.SwitchReplica = (SwitchReplica)9,
        ["ReadYourWrites is 9"] = o => o.ReadYourWrites = (ReadYourWrites)9,
        ["SessionStatements is 9"] = o => o.SessionStatements = (SessionStatements)9,
        ["ShadowChecksPerMinute is -1"] = o => o.ShadowChecksPerMinute = -1,
        ["ShadowChecksPerMinute is 6001"] = o => o.ShadowChecksPerMinute = 6001,
        ["BeyondFallbackLimit is 9"] = o => o.BeyondFallbackLimit = (BeyondFallbackLimit)9,
        ["MaxReplicaLag is 00:00:00"] = o => o.MaxReplicaLag = TimeSpan.Zero,
        ["MaxReplicaLagBytes is -1"] = o => o.MaxReplicaLagBytes = -1,
        ["MaxPin is 00:00:00"] = o => o.MaxPin = TimeSpan.Zero,
        ["PrimaryFallbackLimit is -1"] = o => o.PrimaryFallbackLimit = -1,
        ["ProbeInterval is 00:00:00.0090000"] = o => (o.ProbeInterval, o.ProbeTimeout) = (TimeSpan.FromMilliseconds(9), TimeSpan.FromMilliseconds(9)),
        ["ProbeTimeout is 00:00:00:"] = o => o.ProbeTimeout = TimeSpan.Zero,
        ["ProbeTimeout is 00:00:01.0000001"] = o => o.ProbeTimeout = TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(1),
        ["FailoverTimeout is -00:00:00.0000001"] = o => o.FailoverTimeout = TimeSpan.FromTicks(-1),
        // A pin that is longer than the clock can count would end at once.
        ["MaxPin is 1.00:00:00.0000001"] = o => o.MaxPin = Day + TimeSpan.FromTicks(1),
        ["MaxPin is 10675199.02:48:05.4775807"] = o => o.MaxPin = TimeSpan.MaxValue,
        ["ReplicaWait is -00:00:00.0000001"] = o => o.ReplicaWait = TimeSpan.FromTicks(-1),
        ["ReplicaWait is 1.00:00:00.0000001"] = o => o.ReplicaWait = Day + TimeSpan.FromTicks(1),
        ["ProbeInterval is 1.00:00:00.0000001"] = o => o.ProbeInterval = Day + TimeSpan.FromTicks(1),
        ["FailoverTimeout is 1.00:00:00.0000001"] = o => o.FailoverTimeout = Day + TimeSpan.FromTicks(1),
        ["ReadOnlyFunctions has 'f(int)'"] = o => o.ReadOnlyFunctions.Add("f(int)"),
        ["WriteFunctions has 'audit()'"] = o => o.WriteFunctions.Add("audit()"),
        ["PrimaryTables has ''"] = o => o.PrimaryTables.Add(""),
        ["TimeProvider is null"] = o => o.TimeProvider = null!,
    };

    private static readonly Action<RoutingOptions>[] JustRight =
    [
        o => o.MaxReplicaLag = TimeSpan.FromTicks(1),
        o => o.MaxReplicaLag = null,
        o => o.MaxReplicaLagBytes = 0,
        o => o.MaxPin = TimeSpan.FromTicks(1),
        o => o.PrimaryFallbackLimit = 0,
        o => o.ShadowChecksPerMinute = 0,
        o => o.ShadowChecksPerMinute = 6000,
        o => (o.ProbeInterval, o.ProbeTimeout) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromTicks(1)),
        o => o.ProbeTimeout = o.ProbeInterval,
        o => o.FailoverTimeout = TimeSpan.Zero,
        o => { o.ReadOnlyFunctions.Add("f"); o.WriteFunctions.Add("audit.*"); o.PrimaryTables.Add("\"My\".\"Table\""); },
        o => o.MaxPin = o.ReplicaWait = o.FailoverTimeout = o.ProbeInterval = o.ProbeTimeout = Day,
    ];

    public static TheoryData<string> BrokenOptions => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(BrokenOptions))]
    public void Option_BeyondItsBound_IsListedWithItsValue(string expected) =>
        Assert.Contains($"- {expected}", Refuse(new RoutingDataSourceBuilder("Host=a").Configure(Broken[expected])), StringComparison.Ordinal);

    [Fact]
    public void Option_AtItsBound_Builds()
    {
        foreach (var set in JustRight)
            new RoutingDataSourceBuilder("Host=a").Configure(set).Build().Dispose();
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Weight_AtItsBounds_IsAcceptedOrListed(int weight, bool isRight)
    {
        var builder = new RoutingDataSourceBuilder().AddPrimary("Host=a").AddReplica("Host=b", weight, "second");
        if (isRight)
            builder.Build().Dispose();
        else
            Assert.Contains($"- the weight of second is {weight}: it must be 0 to 1000", Refuse(builder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("  ", "is empty")]
    [InlineData(null, "is empty")]
    [InlineData("Database=x", "names no Host")]
    [InlineData("Host=a,,b", "one of which is empty")]
    [InlineData("Host", "is malformed")]
    [InlineData("Host=a;Multiplexing=true", "Multiplexing")]
    [InlineData("Host=a;Target Session Attributes=primary", "Target Session Attributes")]
    [InlineData("Host=a,b;Load Balance Hosts=true", "Load Balance Hosts")]
    [InlineData("Host=a:0", "port that is not from 1 to 65535: a:0")]
    [InlineData("Host=a:65536", "port that is not from 1 to 65535: a:65536")]
    [InlineData("Host=a:x", "port that is not from 1 to 65535: a:x")]
    [InlineData("Host=a;Port=65536", "port that is not from 1 to 65535: a:65536")]
    public void ConnectionString_Wrong_IsListed(string? connectionString, string expected)
    {
        Assert.Contains(expected, Refuse(new RoutingDataSourceBuilder(connectionString!)), StringComparison.Ordinal);
        Assert.Contains(expected, Refuse(new RoutingDataSourceBuilder().AddPrimary(connectionString!)), StringComparison.Ordinal);
        Assert.Contains(expected, Refuse(new RoutingDataSourceBuilder().AddPrimary("Host=p").AddReplica(connectionString!)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=a:1")]
    [InlineData("Host=a:65535")]
    public void Port_AtItsBounds_Builds(string connectionString) => new RoutingDataSourceBuilder(connectionString).Build().Dispose();

    [Fact]
    public void Nodes_ThatMakeNoCluster_AreListed()
    {
        Assert.Contains("there are no nodes", Refuse(new()), StringComparison.Ordinal);
        Assert.Contains("there is no primary", Refuse(new RoutingDataSourceBuilder().AddReplica("Host=a")), StringComparison.Ordinal);
        Assert.Contains("more than one primary", Refuse(new RoutingDataSourceBuilder().AddPrimary("Host=a").AddPrimary("Host=b")), StringComparison.Ordinal);
        Assert.Contains("2 nodes are named 'n'", Refuse(new RoutingDataSourceBuilder().AddPrimary("Host=a", name: "n").AddReplica("Host=b", name: "n")), StringComparison.Ordinal);
        Assert.Contains("2 nodes are named 'a:5432'", Refuse(new RoutingDataSourceBuilder("Host=a,a")), StringComparison.Ordinal);
        Assert.Contains("'p' and 'r' are the same server a:5432", Refuse(new RoutingDataSourceBuilder().AddPrimary("Host=a", name: "p").AddReplica("Host=a", name: "r")), StringComparison.Ordinal);
        Assert.Contains("name is empty", Refuse(new RoutingDataSourceBuilder().AddPrimary("Host=a", name: " ")), StringComparison.Ordinal);
        Assert.Contains("has 'Mode', which is for all nodes", Refuse(new RoutingDataSourceBuilder().AddPrimary("Host=a;Mode=Route")), StringComparison.Ordinal);
    }

    [Fact]
    public void DataSource_OfTheCaller_MustBeOneServer()
    {
        using var single = NpgsqlDataSource.Create("Host=a");
        using var several = new NpgsqlDataSourceBuilder("Host=b,c").BuildMultiHost();

        new RoutingDataSourceBuilder().AddPrimary(single).Build().Dispose();
        Assert.Contains("several hosts", Refuse(new RoutingDataSourceBuilder().AddPrimary(single).AddReplica(several)), StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => new RoutingDataSourceBuilder().AddPrimary((NpgsqlDataSource)null!));
    }

    [Fact]
    public void Problems_OfEveryKind_ComeInOneException()
    {
        var message = Refuse(new RoutingDataSourceBuilder()
            .AddReplica("Host=a;Password=hunter2;Nonsense=1", name: "r1").AddReplica("Host=b", -5, "r2").AddReplica("Host=c", name: "r2")
            .Configure(options => options.MaxPin = TimeSpan.FromSeconds(-1)));

        foreach (var expected in (string[])["r1", "'nonsense'", "weight of r2 is -5", "2 nodes are named 'r2'", "no primary", "MaxPin is -00:00:01"])
            Assert.Contains(expected, message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter2", message, StringComparison.Ordinal);
    }

    private static string Refuse(RoutingDataSourceBuilder builder) => Assert.Throws<ArgumentException>(builder.Build).Message;

    [Theory]
    [InlineData("replica", true)]
    [InlineData("primary", false)]
    public void Build_NodesBehindOnePooler_AreToldApartByTheirDatabases(string database, bool isFine)
    {
        var builder = new RoutingDataSourceBuilder()
            .AddPrimary("Host=pooler;Port=6432;Database=primary", name: "a")
            .AddReplica($"Host=pooler;Port=6432;Database={database}", name: "b");
        if (isFine)
            builder.Build().Dispose();
        else
            Assert.Contains("'a' and 'b' are the same server pooler:6432", Assert.Throws<ArgumentException>(builder.Build).Message, StringComparison.Ordinal);
    }
}

using Npgsql;

namespace ReplicaRouting.Tests.AdoNet;

public sealed class RoutingConnectionStringTests
{
    [Theory]
    [InlineData("Mode=PrimaryOnly", nameof(RoutingOptions.Mode), RoutingMode.PrimaryOnly)]
    [InlineData("mode = primaryonly", nameof(RoutingOptions.Mode), RoutingMode.PrimaryOnly)]
    [InlineData("Replica Selection=Least In Use", nameof(RoutingOptions.ReplicaSelection), ReplicaSelection.LeastInUse)]
    [InlineData("SwitchReplica=PerCommand", nameof(RoutingOptions.SwitchReplica), SwitchReplica.PerCommand)]
    [InlineData("Read Your Writes=Connection", nameof(RoutingOptions.ReadYourWrites), ReadYourWrites.Connection)]
    [InlineData("Fall Back To Primary=false", nameof(RoutingOptions.FallBackToPrimary), false)]
    [InlineData("Max Replica Lag Bytes=16MB", nameof(RoutingOptions.MaxReplicaLagBytes), 16L << 20)]
    [InlineData("Max Replica Lag Bytes=2kB", nameof(RoutingOptions.MaxReplicaLagBytes), 2048L)]
    [InlineData("Max Replica Lag Bytes=7", nameof(RoutingOptions.MaxReplicaLagBytes), 7L)]
    [InlineData("Max Replica Lag Bytes=none", nameof(RoutingOptions.MaxReplicaLagBytes), null)]
    [InlineData("Max Replica Lag=none", nameof(RoutingOptions.MaxReplicaLag), null)]
    [InlineData("Primary Fallback Limit=4", nameof(RoutingOptions.PrimaryFallbackLimit), 4)]
    [InlineData("Standard Conforming Strings=false", nameof(RoutingOptions.StandardConformingStrings), false)]
    public void Keyword_InConnectionString_SetsItsOption(string text, string option, object? expected)
    {
        var options = new RoutingConnectionStringBuilder($"Host=a;{text}").ToOptions();

        Assert.Equal(expected, typeof(RoutingOptions).GetProperty(option)!.GetValue(options));
    }

    [Theory]
    [InlineData("2s", 2_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("250ms", 250)]
    [InlineData("2min", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("00:00:03", 3_000)]
    public void Time_InEachSpelling_IsRead(string text, int milliseconds)
    {
        foreach (var (keyword, get) in new (string, Func<RoutingOptions, TimeSpan?>)[]
        {
            ("Max Replica Lag", o => o.MaxReplicaLag), ("Max Pin", o => o.MaxPin), ("Probe Interval", o => o.ProbeInterval),
            ("Probe Timeout", o => o.ProbeTimeout), ("Failover Timeout", o => o.FailoverTimeout),
        })
            Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), get(new RoutingConnectionStringBuilder($"Host=a;{keyword}={text}").ToOptions()));
    }

    [Theory]
    [InlineData("Max Replica Lag=5", "Max Replica Lag is '5'")] // five what? TimeSpan would say days
    [InlineData("Max Replica Lag=soon", "Max Replica Lag is 'soon'")]
    [InlineData("Max Pin=none", "Max Pin is 'none'")]
    [InlineData("Mode=1", "Mode is '1': it must be one of Route, PrimaryOnly")]
    [InlineData("Mode=Sideways", "Mode is 'Sideways'")]
    [InlineData("Fall Back To Primary=perhaps", "Fall Back To Primary is 'perhaps'")]
    [InlineData("Max Replica Lag Bytes=9000000000GB", "Max Replica Lag Bytes is '9000000000GB'")]
    [InlineData("Max Replica Lagg=5s", "'Max Replica Lagg' is neither")]
    [InlineData("Port=70000,1", "Port is '70000,1'")]
    [InlineData("Port=abc", "Port is 'abc'")]
    [InlineData("Pooling=maybe", "Pooling is 'maybe'")]
    public void Keyword_UnknownOrMalformed_IsNamedWithItsValue(string text, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => new RoutingConnectionStringBuilder($"Host=a,b;{text}"));
        Assert.Contains(expected, error.Message, StringComparison.OrdinalIgnoreCase);
        error = Assert.Throws<ArgumentException>(() => new RoutingDataSourceBuilder($"Host=a,b;{text}").Build());
        Assert.Contains(expected, error.Message, StringComparison.OrdinalIgnoreCase);
        error = Assert.Throws<ArgumentException>(() => RoutingDataSource.Create($"Host=a,b;{text}"));
        Assert.Contains(expected, error.Message, StringComparison.OrdinalIgnoreCase);
        error = Assert.Throws<ArgumentException>(() => new RoutingConnectionStringBuilder()[text[..text.IndexOf('=')]] = text[(text.IndexOf('=') + 1)..]);
        Assert.Contains(expected, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Problems_OfOneConnectionString_AreListedTogetherWithoutSecrets()
    {
        var error = Assert.Throws<ArgumentException>(() => RoutingDataSource.Create(
            "Host=a,b;Mode=up;Pasword=hunter2;Password=hunter3;Max Pin=x"));

        Assert.Contains("Mode is 'up'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Max Pin is 'x'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'pasword'", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=a,b,c", "a:5432,b:5432,c:5432")]
    [InlineData("Host=a:1,b,c:3;Port=2", "a:1,b:2,c:3")]
    [InlineData("Server=a,b", "a:5432,b:5432")]
    [InlineData("Host=a:7", "a:7")]
    [InlineData("Host=a,b;Port=5433,5434", "a:5433,b:5434")]
    [InlineData("Host=[::1]:5433,[::2]", "[::1]:5433,[::2]:5432")]
    [InlineData("Host=::1,fe80::2", "[::1]:5432,[fe80::2]:5432")]
    [InlineData("Host=::1;Port=6000", "[::1]:6000")]
    [InlineData("Host=/run/a,/run/b;Port=1,2", "/run/a:1,/run/b:2")]
    [InlineData("Host=/run/postgresql,db2:5433", "/run/postgresql:5432,db2:5433")]
    [InlineData("Host=@abstract,b", "@abstract:5432,b:5432")]
    public void Hosts_OfEachKind_BecomeNodes(string text, string expected)
    {
        using var source = RoutingDataSource.Create(text);

        Assert.Equal(expected, string.Join(',', source.Cluster.Nodes.Select(node => node.Name)));
        Assert.All(source.Cluster.Nodes, node => Assert.EndsWith($":{node.Port}", node.Name, StringComparison.Ordinal));
        Assert.All(source.Nodes, node => Assert.Equal(node.Port, new NpgsqlConnectionStringBuilder(node.PrimaryPool.ConnectionString).Port));
    }

    [Theory]
    [InlineData("Weights=0,2,1000", "a:5432=0 b:5432=2 c:5432=1000")]
    [InlineData("Weights=b:5432=3", "a:5432=1 b:5432=3 c:5432=1")]
    [InlineData("Node Names=x,y,z", "x=1 y=1 z=1")]
    [InlineData("NodeNames=x,y,z;Weights=z=5,x=0", "x=0 y=1 z=5")]
    public void WeightsAndNames_InConnectionString_BelongToTheirHosts(string text, string expected)
    {
        using var source = RoutingDataSource.Create($"Host=a,b,c;{text}");

        Assert.Equal(expected, string.Join(' ', source.Cluster.Nodes.Select(node => $"{node.Name}={node.Weight}")));
    }

    [Theory]
    [InlineData("Weights=1,2", "Weights is '1,2'")]
    [InlineData("Weights=1,b=2,3", "Weights is '1,b=2,3'")]
    [InlineData("Weights=1,x,3", "Weights holds 'x'")]
    [InlineData("Weights=nobody=1", "Weights names 'nobody'")]
    [InlineData("Weights=1,-1,1", "the weight of b:5432 is -1")]
    [InlineData("Weights=1,1001,1", "the weight of b:5432 is 1001")]
    [InlineData("Node Names=x,y", "Node Names is 'x,y'")]
    [InlineData("Node Names=x,x,y", "2 nodes are named 'x'")]
    [InlineData("Port=1,2", "Port is '1,2'")]
    public void Lists_ThatDoNotFitTheHosts_AreNamedWithTheirValue(string text, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => RoutingDataSource.Create($"Host=a,b,c;{text}"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(";Persist Security Info=true", true)]
    public void ConnectionString_OfDataSource_ShowsPasswordOnlyWhereNpgsqlWould(string more, bool isShown)
    {
        var text = $"Host=a,b;Username=app;Password=hunter2;Max Replica Lag=2s;Weights=0,1{more}";
        using var source = RoutingDataSource.Create(text);
        using var plain = NpgsqlDataSource.Create($"Host=a;Username=app;Password=hunter2{more}");

        Assert.Equal(isShown, plain.ConnectionString.Contains("hunter2", StringComparison.Ordinal));
        Assert.Equal(isShown, source.ConnectionString.Contains("hunter2", StringComparison.Ordinal));
        Assert.Equal("a", new NpgsqlConnectionStringBuilder(source.ConnectionString).Host); // nothing in it that Npgsql would not read
    }

    [Fact]
    public void Builder_SetsGetsAndRemoves_WhateverTheSpelling()
    {
        var builder = new RoutingConnectionStringBuilder { Host = "a,b", Weights = "1,2", NodeNames = "x,y", ["maxreplicalag"] = "3s", ["Database"] = "shop" };

        Assert.Equal("3s", builder["Max Replica Lag"]);
        Assert.True(builder.ContainsKey("MAX REPLICA LAG"));
        Assert.Equal(builder.ConnectionString, new RoutingConnectionStringBuilder(builder.ConnectionString).ConnectionString);
        Assert.True(builder.Remove("MaxReplicaLag"));
        Assert.False(builder.TryGetValue("Max Replica Lag", out _));
        Assert.Equal("a,b", builder["server"]);
    }

    [Fact]
    public void Configure_AfterConnectionString_Overrides()
    {
        using var source = new RoutingDataSourceBuilder("Host=a,b;Max Replica Lag=3s;Max Pin=9s")
            .Configure(options => options.MaxReplicaLag = TimeSpan.FromSeconds(4)).Build();

        Assert.Equal(TimeSpan.FromSeconds(4), source.Options.MaxReplicaLag);
        Assert.Equal(TimeSpan.FromSeconds(9), source.Options.MaxPin);
    }
}

using System.Collections;
using System.Reflection;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.Tests.AdoNet;

/// <summary>Each option that can be written as text sets itself and nothing else, and so does its take-over at run time.</summary>
public sealed class RoutingSettingTests
{
    // None of them is the default.
    private static readonly Dictionary<string, (string Text, object? Value)> Samples = new()
    {
        [nameof(RoutingOptions.Mode)] = ("primary only", RoutingMode.PrimaryOnly),
        [nameof(RoutingOptions.ShadowChecksPerMinute)] = ("7", 7),
        [nameof(RoutingOptions.ReplicaSelection)] = ("LeastInUse", ReplicaSelection.LeastInUse),
        [nameof(RoutingOptions.SwitchReplica)] = ("percommand", SwitchReplica.PerCommand),
        [nameof(RoutingOptions.MaxReplicaLag)] = ("1.5min", TimeSpan.FromSeconds(90)),
        [nameof(RoutingOptions.MaxReplicaLagBytes)] = ("512kB", 512L * 1024),
        [nameof(RoutingOptions.ReadYourWrites)] = ("Connection", ReadYourWrites.Connection),
        [nameof(RoutingOptions.MaxPin)] = ("00:00:07", TimeSpan.FromSeconds(7)),
        [nameof(RoutingOptions.ReplicaWait)] = ("30ms", TimeSpan.FromMilliseconds(30)),
        [nameof(RoutingOptions.FallBackToPrimary)] = ("False", false),
        [nameof(RoutingOptions.PrimaryFallbackLimit)] = ("12", 12),
        [nameof(RoutingOptions.BeyondFallbackLimit)] = ("fail", BeyondFallbackLimit.Fail),
        [nameof(RoutingOptions.ProbeInterval)] = ("1h", TimeSpan.FromHours(1)),
        [nameof(RoutingOptions.ProbeTimeout)] = ("250ms", TimeSpan.FromMilliseconds(250)),
        [nameof(RoutingOptions.FailoverTimeout)] = ("20s", TimeSpan.FromSeconds(20)),
        [nameof(RoutingOptions.SessionStatements)] = ("replay", SessionStatements.Replay),
        [nameof(RoutingOptions.RouteReadOnlyTransactions)] = ("true", true),
        [nameof(RoutingOptions.ReadOnlyFunctions)] = ("total, shop.price", new[] { "total", "shop.price" }),
        [nameof(RoutingOptions.WriteFunctions)] = ("audit", new[] { "audit" }),
        [nameof(RoutingOptions.PrimaryTables)] = ("stock,", new[] { "stock" }),
        [nameof(RoutingOptions.StandardConformingStrings)] = ("false", false),
    };

    public static TheoryData<string> Names => [.. RoutingSetting.All.Select(setting => setting.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TrySet_OfAText_ChangesThatOptionAlone(string name)
    {
        var options = new RoutingOptions();
        Assert.Null(RoutingSetting.Find(name)!.TrySet(options, Samples[name].Text));
        Assert.Equal([name], Differing(options));
        Assert.Equal(Samples[name].Value, typeof(RoutingOptions).GetProperty(name)!.GetValue(options));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TrySet_OfATextThatMeansNothing_SaysWhatItMustBe(string name)
    {
        var options = new RoutingOptions();
        var problem = RoutingSetting.Find(name)!.TrySet(options, "x!");
        if (Samples[name].Value is IEnumerable)
            return; // names are checked by Build
        Assert.StartsWith("is 'x!': it must be ", problem, StringComparison.Ordinal);
        Assert.Empty(Differing(options));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void CopyWhileRunning_OfAChange_TakesThatOptionAlone(string name)
    {
        var setting = RoutingSetting.Find(name)!;
        if (setting.CopyWhileRunning is not { } copy)
            return;
        RoutingOptions changed = new(), running = new();
        foreach (var each in RoutingSetting.All)
            each.TrySet(changed, Samples[each.Name].Text);
        copy(changed, running);
        Assert.Equal([name], Differing(running));
        Assert.Equal(Samples[name].Value, typeof(RoutingOptions).GetProperty(name)!.GetValue(running));
    }

    [Theory]
    [InlineData("MaxReplicaLag", "5")] // days, to TimeSpan
    [InlineData("MaxReplicaLag", "1e300s")]
    [InlineData("MaxReplicaLag", "5:xx")]
    [InlineData("MaxReplicaLag", "ms")]
    [InlineData("MaxReplicaLagBytes", "9000000000GB")]
    [InlineData("MaxReplicaLagBytes", "MB")]
    [InlineData("PrimaryFallbackLimit", "3000000000")]
    [InlineData("Mode", "1")] // a number of the enumeration
    [InlineData("Mode", "Route,Shadow")]
    public void TrySet_OfWhatIsAlmostAValue_IsRefused(string name, string text) =>
        Assert.StartsWith($"is '{text}'", RoutingSetting.Find(name)!.TrySet(new(), text), StringComparison.Ordinal);

    private static List<string> Differing(RoutingOptions options)
    {
        var defaults = new RoutingOptions();
        return [.. typeof(RoutingOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => !Same(property.GetValue(options), property.GetValue(defaults))).Select(property => property.Name)];
    }

    private static bool Same(object? one, object? other) =>
        one is IEnumerable<string> many ? many.SequenceEqual((IEnumerable<string>)other!) : Equals(one, other);
}

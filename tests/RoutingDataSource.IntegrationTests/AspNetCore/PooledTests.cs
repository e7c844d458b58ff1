using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ReplicaRouting.IntegrationTests.Poolers;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>The sample through PgBouncer in transaction mode and HAProxy.</summary>
public sealed class PooledTests
{
    [PoolerFact]
    public async Task Load_WhileAHaProxyBackendGoesDownAndComesBack_LosesNoPage()
    {
        await using var site = await MessageServerTests.StartAsync(isPooled: true);
        using var client = new HttpClient { BaseAddress = site.Address };
        var nodes = new ConcurrentDictionary<string, int>();
        var failures = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await client.GetAsync("/");
                var page = await response.Content.ReadAsStringAsync();
                if (response.IsSuccessStatusCode)
                    nodes.AddOrUpdate(Regex.Match(page, "data-node=\"([^\"]*)\"").Groups[1].Value, 1, (_, count) => count + 1);
                else
                    failures.Enqueue($"{(int)response.StatusCode} {page}");
            }
        })).ToArray();

        await Until.TrueAsync(() => nodes.ContainsKey("db2") && nodes.ContainsKey("db3"), "both replicas to serve");
        await site.HaProxy!.SetAsync(0, isUp: false);
        await Until.TrueAsync(async () => await client.GetStringAsync("/routing?format=json") is var json && Standing(json, "db2") == "unreachable", "db2 to be out");
        var before = nodes["db3"];
        await Until.TrueAsync(() => nodes["db3"] > before + 50, "db3 to serve alone");
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        await site.HaProxy.SetAsync(0, isUp: true);
        before = nodes["db2"];
        await Until.TrueAsync(() => nodes["db2"] > before + 20, "db2 to serve again");
        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.Empty(failures);
    }

    [ChromiumFact(isPooled: true)]
    public async Task Post_ThroughPgBouncer_IsSeenByItsWriterWhileReplayIsPaused()
    {
        await using var site = await MessageServerTests.StartAsync(isPooled: true);
        await using var chromium = await Chromium.StartAsync();
        var (writer, other) = (await chromium.OpenAsync(), await chromium.OpenAsync());
        foreach (var replica in site.Cluster.Replicas)
            await replica.PauseReplayAsync();
        await writer.GoToAsync(site.Address);
        await writer.PostAsync("through the pool");
        Assert.Equal("through the pool", await writer.TextAsync("#last p"));
        await other.GoToAsync(site.Address);
        Assert.Equal("Nobody has written anything yet.", await other.TextAsync("#last p"));
        foreach (var replica in site.Cluster.Replicas)
            await replica.ResumeReplayAsync();
    }

    private static string Standing(string json, string node)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        return document.RootElement.GetProperty("nodes").EnumerateArray().Single(each => each.GetProperty("name").GetString() == node).GetProperty("standing").GetString()!;
    }
}

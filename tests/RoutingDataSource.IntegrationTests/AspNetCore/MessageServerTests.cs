using System.Net;
using System.Text.RegularExpressions;
using ReplicaRouting.MessageServer;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>The sample as people see it, in a real browser.</summary>
public sealed class MessageServerTests
{
    [ChromiumFact]
    public async Task Post_WhileReplayIsPaused_IsSeenByItsWriterAtOnceAndByOthersLater()
    {
        await using var site = await StartAsync(isPooled: false);
        await using var chromium = await Chromium.StartAsync();
        var (writer, other) = (await chromium.OpenAsync(), await chromium.OpenAsync());
        await writer.GoToAsync(site.Address);
        await writer.PostAsync("before the pause");
        await site.Cluster.WaitForReplayAsync();

        foreach (var replica in site.Cluster.Replicas)
            await replica.PauseReplayAsync();
        await writer.PostAsync("first <script>alert('no')</script> & \"last\"");
        Assert.StartsWith("first <script>alert('no')</script> & \"last\"", await writer.TextAsync("#last p"), StringComparison.Ordinal);
        Assert.Equal("Primary ReadYourWrites", await RouteAsync(writer));
        await other.GoToAsync(site.Address);
        Assert.Equal("before the pause", await other.TextAsync("#last p"));
        Assert.Equal("Replica ProvenRead", await RouteAsync(other));

        var cookie = Assert.Single(await writer.CookiesAsync(site.Address), each => each.GetProperty("name").GetString() == ".Routing.Session");
        Assert.True(cookie.GetProperty("httpOnly").GetBoolean());
        Assert.False(cookie.GetProperty("secure").GetBoolean()); // plain HTTP here
        Assert.Equal("Lax", cookie.GetProperty("sameSite").GetString());
        Assert.Equal("/", cookie.GetProperty("path").GetString());
        Assert.InRange(cookie.GetProperty("expires").GetDouble() - (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0), 0, 15.5);
        Assert.DoesNotContain(await other.CookiesAsync(site.Address), each => each.GetProperty("name").GetString() == ".Routing.Session");
        Assert.Equal("", await writer.EvaluateAsync("document.cookie.includes('Routing') ? document.cookie : ''"));

        foreach (var replica in site.Cluster.Replicas)
            await replica.ResumeReplayAsync();
        await Until.TrueAsync(
            async () =>
            {
                await other.GoToAsync(site.Address);
                return (await other.TextAsync("#last p")).StartsWith("first", StringComparison.Ordinal);
            },
            "the other to see the message");
        await Until.TrueAsync(
            async () =>
            {
                await writer.GoToAsync(site.Address);
                Assert.StartsWith("first", await writer.TextAsync("#last p"), StringComparison.Ordinal);
                return await RouteAsync(writer) == "Replica ProvenRead";
            },
            "the writer to read from a replica again");
        Assert.True(new FileInfo(await writer.PictureAsync("messages")).Length > 10_000);
    }

    [Fact]
    public async Task Board_AgainstItsGuests_EncodesLimitsAndDefends()
    {
        await using var site = await StartAsync(isPooled: false, postsPerMinute: 3);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = site.Address };
        using (var form = new FormUrlEncodedContent([new("text", "no token")]))
        using (var forged = await client.PostAsync("/", form))
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal(HttpStatusCode.Found, await PostAsync(client, new('<', Message.MaxLength)));
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(client, new('x', Message.MaxLength + 1)));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(client, "one too many"));
        var page = await client.GetStringAsync("/");
        Assert.Contains(string.Concat(Enumerable.Repeat("&lt;", Message.MaxLength)), page, StringComparison.Ordinal);
        Assert.DoesNotContain("<<", page, StringComparison.Ordinal);
        Assert.DoesNotContain("no token", page, StringComparison.Ordinal);
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string text)
    {
        var token = Regex.Match(await client.GetStringAsync("/"), "name=\"(?<name>__[^\"]+)\" value=\"(?<value>[^\"]+)\"");
        using var form = new FormUrlEncodedContent([new("text", text), new(token.Groups["name"].Value, token.Groups["value"].Value)]);
        using var response = await client.PostAsync("/", form);
        return response.StatusCode;
    }

    internal static async Task<Site> StartAsync(bool isPooled, int postsPerMinute = 1000)
    {
        var site = await Site.StartAsync(isPooled, options: await TestPostgres.OptionsAsync(2, options => options.Database = "messages"), postsPerMinute: postsPerMinute);
        using var client = new HttpClient { BaseAddress = site.Address };
        try
        {
            await Until.TrueAsync(async () => await client.GetStringAsync("/health") == "Healthy", "the site to be healthy");
            return site;
        }
        catch
        {
            await site.DisposeAsync(); // nobody else ends the poolers
            throw;
        }
    }

    private static Task<string> RouteAsync(Browser browser) =>
        browser.EvaluateAsync("(({ target, reason }) => `${target} ${reason}`)(document.getElementById('route').dataset)");
}

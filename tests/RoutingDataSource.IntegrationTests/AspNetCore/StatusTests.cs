using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

public sealed class StatusTests
{
    [Fact]
    public async Task Status_WithoutAuthorization_ShowsNodesAndNoSecret()
    {
        await using var cluster = await TestPostgres.StartAsync(1, options => (options.Username, options.Password) = ("harriet", "sesame42"));
        await cluster.Primary.ExecuteAsync("CREATE TABLE confidential (i int); CREATE ROLE mallory LOGIN PASSWORD 'sesame42'");
        await cluster.WaitForReplayAsync();
        await using var source = new RoutingDataSourceBuilder()
            .AddPrimary(cluster.Primary.ConnectionString, name: "<db1>")
            .AddReplica(cluster.Replicas[0].ConnectionString, name: "db2")
            .AddReplica(
                $"Host=localhost;Port={cluster.Replicas[0].Port};Username=mallory;Password=sesame42;Database={cluster.Options.Database}", name: "db3")
            .Configure(options => options.ProbeInterval = options.ProbeTimeout = TimeSpan.FromSeconds(1))
            .Build();
        await using var web = await WebHost.StartAsync(source, app => app.MapRoutingStatus());
        using (await web.Client.GetAsync("/routing"))
        {
            // the first look starts the counting
        }

        await Until.TrueAsync(() => source.Cluster.Nodes.All(node => node.IsReachable), "all nodes to answer");
        await source.RunAsync("SELECT 1");
        await cluster.Primary.ExecuteAsync("ALTER ROLE mallory NOLOGIN");
        await cluster.WaitForReplayAsync();
        await cluster.Replicas[0].ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mallory'");
        await Until.TrueAsync(() => source.Cluster.Nodes[2].FailureMessage?.Contains("mallory", StringComparison.Ordinal) == true, "db3 to refuse the log-in");
        await Until.TrueAsync(() => source.GetStatistics().HasReplica, "db2 to serve");
        await source.RunAsync("SELECT count(*) FROM confidential");
        await source.RunAsync("INSERT INTO confidential VALUES (1)");

        foreach (var path in new[] { "/routing", "/routing?format=json" })
        {
            using var response = await web.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
            var body = await response.Content.ReadAsStringAsync();
            var headers = string.Join('\n', response.Headers.Concat(response.Content.Headers).SelectMany(each => each.Value));
            foreach (var secret in new[] { "sesame42", "harriet", "mallory", "confidential", "INSERT", "Host=", "127.0.0.1", "localhost" })
                Assert.DoesNotContain(secret, body + headers, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("ProvenRead", body, StringComparison.Ordinal);
            Assert.Contains("db3", body, StringComparison.Ordinal);
            Assert.DoesNotContain("<db1>", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Status_InShadowMode_ShowsWhatWouldHaveMovedAndNoText()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build(options => options.Mode = RoutingMode.Shadow);
        await using var web = await WebHost.StartAsync(source, app => app.MapRoutingStatus());
        await source.WaitUntilWellAsync();
        Assert.DoesNotContain("Shadow mode", await web.Client.GetStringAsync("/routing"), StringComparison.Ordinal); // nothing has run
        await source.RunAsync("CREATE TABLE confidential (i int)");
        for (var i = 0; i < 3; i++)
            await source.RunAsync("SELECT 1");

        var page = await web.Client.GetStringAsync("/routing");
        Assert.Contains("To replicas: 75.0% of 4 commands, ", page, StringComparison.Ordinal);
        Assert.Matches("<th scope=\"row\">ProvenRead</th><td data-label=\"Goes to\">replica</td><td data-label=\"Commands\" class=\"n\">3</td>", page);
        Assert.Matches("<th scope=\"row\">SchemaChange</th><td data-label=\"Goes to\">primary</td><td data-label=\"Commands\" class=\"n\">1</td>", page);
        var text = await web.Client.GetStringAsync("/routing?format=json");
        using var json = JsonDocument.Parse(text);
        var shadow = json.RootElement.GetProperty("shadow");
        Assert.Equal((4, 0.75), (shadow.GetProperty("commands").GetInt64(), shadow.GetProperty("shareOfCommands").GetDouble()));
        Assert.InRange(shadow.GetProperty("shareOfTime").GetDouble(), 0, 0.9999);
        Assert.DoesNotContain("confidential", page + text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfAClusterAtWork_TellsRolesLagReadsAndReasons()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await using var web = await WebHost.StartAsync(source, app => app.MapRoutingStatus("/status/db"));
        await source.WaitUntilWellAsync();
        using (await web.Client.GetAsync("/status/db?format=json"))
        {
            // the first look starts the counting
        }

        await using (var reader = await OpenReaderAsync(source))
        {
            for (var i = 0; i < 20; i++)
                await source.RunAsync("SELECT 1");
            using var json = JsonDocument.Parse(await web.Client.GetStringAsync("/status/db?format=JSON"));
            var nodes = json.RootElement.GetProperty("nodes").EnumerateArray().ToList();
            Assert.Equal(["primary", "replica"], nodes.Select(node => node.GetProperty("role").GetString()));
            Assert.Equal(["primary", "servesReads"], nodes.Select(node => node.GetProperty("standing").GetString()));
            Assert.Equal(21, nodes[1].GetProperty("commands").GetProperty("ProvenRead").GetInt64());
            Assert.InRange(nodes[1].GetProperty("readsPerSecond").GetDouble(), 0.1, 100_000);
            Assert.Equal(1, nodes[1].GetProperty("connectionsInUse").GetInt32());
            Assert.InRange(nodes[1].GetProperty("lagBytes").GetInt64(), 0, 1_000_000);
            Assert.Equal(JsonValueKind.Null, nodes[0].GetProperty("lagBytes").ValueKind);
            Assert.NotEmpty(nodes[1].GetProperty("lag").EnumerateArray());
        }

        await cluster.Replicas[0].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("CREATE TABLE t AS SELECT generate_series(1, 1000)");
        await Until.TrueAsync(
            async () =>
            {
                using var json = JsonDocument.Parse(await web.Client.GetStringAsync("/status/db?format=json"));
                var lag = json.RootElement.GetProperty("nodes")[1].GetProperty("lag").EnumerateArray().Last();
                return lag.GetProperty("bytes") is { ValueKind: JsonValueKind.Number } bytes && bytes.GetInt64() > 0;
            },
            "the lag to be remembered");
    }

    [Fact]
    public async Task Drain_ByThePolicy_IsForItsUsersOnlyAndAntiForgeryProtected()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await using var source = cluster.Build();
        await source.WaitUntilWellAsync();
        await using var web = await WebHost.StartAsync(
            source,
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapRoutingStatus(configure: options => options.DrainPolicy = "operators");
                app.MapRoutingStatus("/readonly");
            },
            WebHost.AddUsers);

        Assert.DoesNotContain("<form", await web.Client.GetStringAsync("/routing"), StringComparison.Ordinal);
        using (var nobody = await web.SendAsync(HttpMethod.Post, "/routing", form: [("node", "node2"), ("change", "drain")]))
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        using (var guest = await web.SendAsync(HttpMethod.Post, "/routing", "guest", form: [("node", "node2"), ("change", "drain")]))
            Assert.Equal(HttpStatusCode.Forbidden, guest.StatusCode);
        using (var closed = await web.SendAsync(HttpMethod.Post, "/readonly", "operator", form: [("node", "node2"), ("change", "drain")]))
            Assert.Equal(HttpStatusCode.MethodNotAllowed, closed.StatusCode);
        using (var forged = await web.SendAsync(HttpMethod.Post, "/routing", "operator", form: [("node", "node2"), ("change", "drain")]))
            Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.False(source.Cluster.Nodes[1].IsDrained);

        using var page = await web.SendAsync(HttpMethod.Get, "/routing", "operator");
        var html = await page.Content.ReadAsStringAsync();
        var cookie = page.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var field = Regex.Match(html, "name=\"(__[^\"]+)\" value=\"([^\"]+)\"");
        using (var unknown = await ChangeAsync("node9", "drain"))
            Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using (var strange = await ChangeAsync("node2", "explode"))
            Assert.Equal(HttpStatusCode.BadRequest, strange.StatusCode);
        using (var drained = await ChangeAsync("node2", "drain"))
            Assert.Equal((HttpStatusCode.SeeOther, "/routing"), (drained.StatusCode, drained.Headers.Location!.ToString()));
        Assert.True(source.Cluster.Nodes[1].IsDrained);
        Assert.Equal("node1", (await source.RunAsync("SELECT 1")).Route.Node);
        using (var resumed = await ChangeAsync("node2", "resume"))
            Assert.Equal(HttpStatusCode.SeeOther, resumed.StatusCode);
        Assert.False(source.Cluster.Nodes[1].IsDrained);

        // Forms that cannot be read are refused, whoever sends them.
        foreach (var (type, body) in new[]
        {
            ("multipart/form-data; boundary=x", "--x\r\nrubbish"), ("multipart/form-data", "x"), ("application/json", "{}"), ("text/plain", "node=node2"),
            ("application/x-www-form-urlencoded", string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i}=1&"))),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/routing");
            request.Headers.Add("User", "operator");
            request.Headers.Add("Cookie", cookie);
            request.Content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var refused = await web.Client.SendAsync(request);
            Assert.True(refused.StatusCode == HttpStatusCode.BadRequest, $"{type}: {refused.StatusCode}");
        }

        Task<HttpResponseMessage> ChangeAsync(string node, string change) => web.SendAsync(
            HttpMethod.Post, "/routing", "operator", cookie, (field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value)), ("node", node), ("change", change));
    }

    [Fact]
    public async Task DrainPolicy_WithoutItsServices_SaysWhatToCall()
    {
        await using var source = RoutingDataSource.Create("Host=127.0.0.1;Port=1");
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WebHost.StartAsync(source, app => app.MapRoutingStatus(configure: options => options.DrainPolicy = "operators")));
        Assert.Contains("AddAuthorization", error.Message, StringComparison.Ordinal);
    }

    [ChromiumFact]
    public async Task Page_InABrowser_IsLiveFitsAPhoneAndShowsTrouble()
    {
        await using var cluster = await TestPostgres.StartAsync(2);
        await using var source = cluster.Build(options => options.MaxReplicaLag = TimeSpan.FromSeconds(2));
        await source.WaitUntilWellAsync();
        await using var web = await WebHost.StartAsync(
            source,
            app =>
            {
                app.Use((context, next) =>
                {
                    context.Request.Headers["User"] = "operator";
                    return next(context);
                });
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapRoutingStatus(configure: options => (options.DrainPolicy, options.Refresh) = ("operators", TimeSpan.FromSeconds(1)));
            },
            WebHost.AddUsers);
        var address = new Uri(web.Client.BaseAddress!, "/routing");
        await using var chromium = await Chromium.StartAsync();
        var (light, dark) = (await chromium.OpenAsync(), await chromium.OpenAsync(isDark: true));
        var (phone, plain) = (await chromium.OpenAsync(width: 375, height: 740), await chromium.OpenAsync());
        await light.GoToAsync(address);
        Assert.Contains("all 2 replicas serve reads", await light.TextAsync(".summary"), StringComparison.Ordinal);

        // Live: without another navigation the page shows that replay is paused, and where reads went.
        await light.EvaluateAsync("window.isTheSamePage = true");
        for (var i = 0; i < 50; i++)
            await source.RunAsync("SELECT 1");
        await cluster.Replicas[1].PauseReplayAsync();
        await cluster.Primary.ExecuteAsync("CREATE TABLE t AS SELECT generate_series(1, 1000)");
        await Until.TrueAsync(async () => (await light.TextAsync("table.nodes")).Contains("lags too far", StringComparison.Ordinal), "the page to show the lag");
        Assert.Contains("ProvenRead", await light.TextAsync("table.reasons"), StringComparison.Ordinal);
        Assert.Equal("True", await light.EvaluateAsync("window.isTheSamePage"));
        await light.EvaluateAsync("document.getElementById('pause').click()");
        Assert.Equal("Refresh by itself", await light.TextAsync("#pause"));

        // A button of the page drains a node.
        await light.GoToAsync(address);
        await light.LeaveByAsync("document.querySelector('button[value=drain][name=change]:not(:disabled)').closest('tbody').querySelectorAll('button')[1].click()");
        Assert.True(source.Cluster.Nodes[1].IsDrained);
        Assert.Equal("Resume node2", await light.EvaluateAsync("document.querySelectorAll('td button')[1].textContent"));
        source.Resume("node2");

        await dark.GoToAsync(address);
        await phone.GoToAsync(address);
        await plain.WithoutScriptAsync();
        await plain.GoToAsync(address);
        foreach (var browser in new[] { light, dark, phone })
            await browser.GoToAsync(address);
        Assert.Equal("True", await phone.EvaluateAsync("document.documentElement.scrollWidth <= 375"));
        Assert.NotEqual(await Background(light), await Background(dark));
        // For a screen reader: every table has a caption and headers, the plot says in words what it shows.
        Assert.Equal("True", await light.EvaluateAsync(
            "[...document.querySelectorAll('table')].every(t => t.caption) && [...document.querySelectorAll('th')].every(t => t.scope) && document.querySelector('.plot svg').getAttribute('aria-label').includes('node3')"));
        // Contrast: WCAG's formula over every text of the page.
        foreach (var browser in new[] { light, dark })
            Assert.Equal("", await browser.EvaluateAsync(Contrast));
        await light.PictureAsync("status-light");
        await dark.PictureAsync("status-dark");
        await phone.PictureAsync("status-phone");
        Assert.True(new FileInfo(await plain.PictureAsync("status-without-script")).Length > 10_000);

        static Task<string> Background(Browser browser) => browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor");
    }

    // The texts whose contrast is less than 4.5 : 1.
    private const string Contrast = """
        (() => {
          const parse = color => (color.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const behind = element => { for (let e = element; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
          return [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && !['SCRIPT', 'STYLE'].includes(e.tagName)).map(e => {
            const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
            return { text: e.textContent.trim().slice(0, 40), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
          }).filter(e => e.ratio < 4.5).map(e => `${e.text}: ${e.ratio.toFixed(2)}`).join('; ');
        })()
        """;

    private static async Task<Npgsql.NpgsqlDataReader> OpenReaderAsync(RoutingDataSource source)
    {
        var reader = await source.CreateCommand("SELECT generate_series(1, 10)").ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader;
    }
}

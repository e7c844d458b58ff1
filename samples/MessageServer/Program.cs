using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Hosting;
using ReplicaRouting.MessageServer;
using ReplicaRouting.Testing;

// Starts the board and everything below it, and prints its address; Ctrl-C ends all of it. --check posts, reads, and ends with an exit code.
var port = Array.IndexOf(args, "--port") is >= 0 and var at && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 0;
try
{
    await using var site = await Site.StartAsync(args.Contains("--pooled"), port);
    Console.WriteLine($"PostgreSQL {site.Cluster.ServerVersion}: db1, the primary; db2 and db3, streaming standbys{(site.PgBouncer is null ? "" : "; through PgBouncer in transaction mode, the standbys behind HAProxy")}");
    Console.WriteLine($"The message server:    {site.Address}");
    Console.WriteLine($"Its cluster:           {site.Address}routing   (JSON: {site.Address}routing?format=json)");
    Console.WriteLine($"Its health:            {site.Address}health");
    if (args.Contains("--check"))
        return await CheckAsync(site.Address);
    Console.WriteLine("Ctrl-C ends everything.");
    await site.App.WaitForShutdownAsync();
    return 0;
}
catch (Exception error) when (error is PostgresClusterException or FileNotFoundException or IOException or TimeoutException or FormatException)
{
    await Console.Error.WriteLineAsync($"web: failed. {error.Message}");
    return 1;
}

static async Task<int> CheckAsync(Uri address)
{
    using var handler = new HttpClientHandler { CookieContainer = new() };
    using var browser = new HttpClient(handler) { BaseAddress = address };
    var page = await browser.GetStringAsync("/");
    var token = Regex.Match(page, "name=\"(?<name>__[^\"]+)\" value=\"(?<value>[^\"]+)\"");
    var text = $"<b>hello</b> {Guid.NewGuid()}";
    using var form = new FormUrlEncodedContent([new("text", text), new(token.Groups["name"].Value, token.Groups["value"].Value)]);
    using var posted = await browser.PostAsync("/", form); // follows the redirect to the page
    page = await posted.Content.ReadAsStringAsync();
    var isThere = page.Contains(WebUtility.HtmlEncode(text), StringComparison.Ordinal);
    var hasCookie = handler.CookieContainer.GetCookies(address).Any(cookie => cookie is { Name: ".Routing.Session", HttpOnly: true });
    var health = await browser.GetStringAsync("/health");
    var status = await browser.GetStringAsync("/routing?format=json");
    Console.WriteLine($"own message seen at once: {isThere}; session cookie: {hasCookie}; {Regex.Match(page, "Read from [^·<]+").Value.Trim()}; health: {health}");
    var isWell = isThere && hasCookie && health is "Healthy" && status.Contains("\"name\": \"db3\"", StringComparison.Ordinal);
    Console.WriteLine(isWell ? "web: ok" : "web: failed");
    return isWell ? 0 : 1;
}

using System.Text.Json;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>One user's window.</summary>
internal sealed class Browser(DevTools tools, string session)
{
    public async Task SetUpAsync(int width, int height, bool isDark)
    {
        await SendAsync("Page.enable", new { });
        await SendAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = width < 600 });
        await SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = isDark ? "dark" : "light" } } });
    }

    public Task WithoutScriptAsync() => SendAsync("Emulation.setScriptExecutionDisabled", new { value = true });

    /// <summary>Loads a page and waits until it is there.</summary>
    public async Task GoToAsync(Uri address)
    {
        await MarkAsync();
        var answer = await SendAsync("Page.navigate", new { url = address.ToString() });
        Assert.False(answer.TryGetProperty("errorText", out var error), $"{address}: {error}");
        await UntilLoadedAsync();
    }

    /// <summary>Does something that loads another page, and waits until that is there.</summary>
    public async Task LeaveByAsync(string script)
    {
        await MarkAsync();
        await EvaluateAsync(script);
        await UntilLoadedAsync();
    }

    public async Task<string> EvaluateAsync(string script)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression = script, returnByValue = true, awaitPromise = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var error), $"{script}: {error}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value.ToString() : "";
    }

    public Task<string> TextAsync(string selector) => EvaluateAsync($"document.querySelector({JsonSerializer.Serialize(selector)})?.textContent ?? ''");

    /// <summary>Writes a message as a user would, and waits for the page that follows.</summary>
    public Task PostAsync(string text) => LeaveByAsync(
        $"document.getElementById('text').value = {JsonSerializer.Serialize(text)}; document.querySelector('button').click();");

    public async Task<List<JsonElement>> CookiesAsync(Uri address) =>
        [.. (await SendAsync("Network.getCookies", new { urls = new[] { address.ToString() } })).GetProperty("cookies").EnumerateArray()];

    /// <summary>Takes a picture of the whole page.</summary>
    public async Task<string> PictureAsync(string name)
    {
        var size = (await SendAsync("Page.getLayoutMetrics", new { })).GetProperty("cssContentSize");
        var picture = await SendAsync("Page.captureScreenshot", new
        {
            format = "png",
            captureBeyondViewport = true,
            clip = new { x = 0, y = 0, width = size.GetProperty("width").GetDouble(), height = size.GetProperty("height").GetDouble(), scale = 1 },
        });
        var folder = Environment.GetEnvironmentVariable("ROUTING_TEST_PICTURES") ?? Path.Combine(AppContext.BaseDirectory, "pictures");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name + ".png");
        await File.WriteAllBytesAsync(path, picture.GetProperty("data").GetBytesFromBase64());
        return path;
    }

    private Task<JsonElement> SendAsync(string method, object parameters) => tools.SendAsync(method, parameters, session);

    private Task<JsonElement> MarkAsync() => SendAsync("Runtime.evaluate", new { expression = "window.wasLeft = true" });

    private Task UntilLoadedAsync() => Until.TrueAsync(
        async () =>
        {
            var state = await SendAsync("Runtime.evaluate", new { expression = "!window.wasLeft && document.readyState === 'complete'", returnByValue = true });
            return state.GetProperty("result").TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.True;
        },
        "the page to load");
}

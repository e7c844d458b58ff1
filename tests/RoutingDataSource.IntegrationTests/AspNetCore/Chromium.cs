using System.Diagnostics;
using System.Net.WebSockets;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>A headless Chromium, driven by its DevTools protocol. Each <see cref="Browser"/> in it has cookies of its own, as a user's would.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly DevTools _tools;

    private Chromium(Process process, string folder, DevTools tools)
    {
        _process = process;
        _folder = folder;
        _tools = tools;
    }

    public static string? Find() => new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    public static async Task<Chromium> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("routing-chromium-").FullName;
        var start = new ProcessStartInfo(
            Find() ?? throw new InvalidOperationException("chromium is not installed: apt-get install chromium"),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={folder}", "about:blank",
            ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            const string announced = "DevTools listening on ";
            if (line.Data?.StartsWith(announced, StringComparison.Ordinal) == true)
                address.TrySetResult(new(line.Data[announced.Length..]));
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var socket = new ClientWebSocket();
            await socket.ConnectAsync(await address.Task.WaitAsync(TimeSpan.FromSeconds(60)), CancellationToken.None);
            return new(process, folder, new(socket));
        }
        catch
        {
            await EndAsync(process, folder);
            throw;
        }
    }

    /// <summary>Opens a window without any cookies.</summary>
    public async Task<Browser> OpenAsync(int width = 1100, int height = 800, bool isDark = false)
    {
        var context = await _tools.SendAsync("Target.createBrowserContext", new { });
        var target = await _tools.SendAsync("Target.createTarget", new { url = "about:blank", browserContextId = context.GetProperty("browserContextId").GetString() });
        var attached = await _tools.SendAsync("Target.attachToTarget", new { targetId = target.GetProperty("targetId").GetString(), flatten = true });
        var browser = new Browser(_tools, attached.GetProperty("sessionId").GetString()!);
        await browser.SetUpAsync(width, height, isDark);
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        await _tools.DisposeAsync();
        await EndAsync(_process, _folder);
    }

    private static async Task EndAsync(Process process, string folder)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(20); // a child of it may be writing still
            }
        }
    }
}

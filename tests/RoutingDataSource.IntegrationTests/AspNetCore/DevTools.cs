using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>Requests and answers of the DevTools protocol over one socket.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _waiting = [];
    private readonly Task _receiving;
    private int _id;

    public DevTools(ClientWebSocket socket)
    {
        _socket = socket;
        _receiving = ReceiveAsync();
    }

    public async Task<JsonElement> SendAsync(string method, object parameters, string? session = null)
    {
        var id = Interlocked.Increment(ref _id);
        var answer = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        var message = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?>
        {
            ["id"] = id,
            ["method"] = method,
            ["params"] = parameters,
            ["sessionId"] = session,
        }.Where(each => each.Value is not null).ToDictionary());
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        return await answer.Task.WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                using var message = new MemoryStream();
                WebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                    message.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                var json = JsonDocument.Parse(message.ToArray()).RootElement;
                if (!json.TryGetProperty("id", out var id) || !_waiting.TryRemove(id.GetInt32(), out var answer))
                    continue; // an event
                if (json.TryGetProperty("error", out var error))
                    answer.TrySetException(new InvalidOperationException($"Chromium refused: {error}"));
                else
                    answer.TrySetResult(json.GetProperty("result"));
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException or JsonException or ObjectDisposedException)
        {
            foreach (var answer in _waiting.Values)
                answer.TrySetException(new InvalidOperationException("Chromium has gone.", error));
        }
    }
}

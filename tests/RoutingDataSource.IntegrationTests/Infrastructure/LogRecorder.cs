using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ReplicaRouting.IntegrationTests;

/// <summary>Keeps what was logged, of all categories and levels.</summary>
internal sealed class LogRecorder : ILoggerFactory
{
    public ConcurrentQueue<(string Category, LogLevel Level, int Id, string Message)> Entries { get; } = [];

    /// <summary>What was logged of one event.</summary>
    public IEnumerable<(LogLevel Level, string Message)> Of(int id) => Entries.Where(entry => entry.Id == id).Select(entry => (entry.Level, entry.Message));

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Category(LogRecorder recorder, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            recorder.Entries.Enqueue((name, logLevel, eventId.Id, formatter(state, exception)));
    }
}

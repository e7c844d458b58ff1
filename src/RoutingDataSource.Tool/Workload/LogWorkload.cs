using System.Globalization;
using System.Text.RegularExpressions;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tool.Workload;

/// <summary>A workload as a server log tells it: statements with their durations where they were logged, session by session, so that what ran in
/// transactions is known.</summary>
internal sealed partial class LogWorkload
{
    private readonly string? _database;
    private readonly Dictionary<(string Text, RouteReason? Circumstance), Counts> _counts = [];
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private bool _isWithoutSessions;
    private bool _isWithoutTimes = true;

    /// <param name="database">Only this database's statements, where the log tells; <see langword="null"/> for all.</param>
    internal LogWorkload(string? database) => _database = database;

    /// <summary>Reads a log file.</summary>
    internal static async Task<WorkloadSource> ReadAsync(string path, string? database, Action<double> progress, CancellationToken cancellationToken)
    {
        var workload = new LogWorkload(database);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream);
            var lines = 0;
            foreach (var entry in LogReader.Read(reader))
            {
                workload.Add(entry);
                if (++lines % 4096 != 0)
                    continue;
                cancellationToken.ThrowIfCancellationRequested();
                progress((double)stream.Position / stream.Length);
            }
        }

        return workload.ToSource(path);
    }

    /// <summary>Takes one message into account.</summary>
    internal void Add(in LogEntry entry)
    {
        if (_database is not null && entry.Database is not null && entry.Database != _database)
            return;
        _isWithoutSessions |= entry.Session is null;
        var session = entry.Session is null ? new() : FindSession(entry.Session);
        var message = entry.Message;
        if (message.StartsWith("disconnection: ", StringComparison.Ordinal) || message.StartsWith("connection authorized: ", StringComparison.Ordinal))
        {
            if (entry.Session is not null)
                _sessions.Remove(entry.Session);
            return;
        }

        double? duration = null;
        if (Duration().Match(message) is { Success: true } timed)
        {
            duration = double.Parse(timed.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            message = message[timed.Length..].TrimStart();
            _isWithoutTimes = false;
            if (message.Length == 0)
            {
                // log_duration: the statement stood in the message before.
                if (session.Last is { } last)
                    last.Milliseconds = (last.Milliseconds ?? 0) + duration;
                return;
            }
        }

        var named = Statement().Match(message);
        if (!named.Success)
            return;
        Count(session, message[named.Length..], duration, runs: named.Groups[1].ValueSpan is not ("parse" or "bind"));
    }

    internal WorkloadSource ToSource(string name)
    {
        if (_counts.Count == 0)
        {
            throw new UserErrorException(
                $"{name} holds no statements{(_database is null ? "" : $" of database {_database}")}: is it a PostgreSQL log (csvlog, jsonlog or text) in English, " +
                "written with log_statement = 'all' or log_min_duration_statement = 0?");
        }

        var notes = new List<string>();
        if (_isWithoutTimes)
            notes.Add("The log holds no durations: log_min_duration_statement = 0 or log_duration = on writes them.");
        if (_isWithoutSessions)
            notes.Add("Some lines tell no session, so what ran in transactions is not known: put %p in brackets into log_line_prefix, as its default does, or use csvlog.");
        return new(
            name,
            [.. _counts.Select(each => new WorkloadEntry(each.Value.Text, each.Value.Calls, each.Value.Milliseconds) { Circumstance = each.Key.Circumstance })],
            notes);
    }

    private void Count(Session session, string text, double? duration, bool runs)
    {
        var key = (StatementNormalizer.Normalize(text), session.Follower.Circumstance);
        if (key.Item1.Length == 0)
            return;
        if (!_counts.TryGetValue(key, out var counts))
            _counts[key] = counts = new(text);
        if (duration is not null)
            counts.Milliseconds = (counts.Milliseconds ?? 0) + duration;
        if (!runs)
            return;
        counts.Calls++;
        session.Last = counts;
        session.Follower.Follow(text);
    }

    private Session FindSession(string id)
    {
        if (!_sessions.TryGetValue(id, out var session))
            _sessions[id] = session = new();
        return session;
    }

    [GeneratedRegex(@"^duration: ([0-9.]+) ms ?")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^(statement|parse|bind|execute|execute fetch from)(?: [^:]*)?: ")]
    private static partial Regex Statement();

    private sealed class Session
    {
        internal SessionFollower Follower { get; } = new();

        internal Counts? Last { get; set; }
    }

    private sealed class Counts(string text)
    {
        internal string Text { get; } = text;

        internal long Calls { get; set; }

        internal double? Milliseconds { get; set; }
    }
}

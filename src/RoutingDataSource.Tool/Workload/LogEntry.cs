namespace ReplicaRouting.Tool.Workload;

/// <summary>One message of a server log.</summary>
/// <param name="Session">Who caused it; <see langword="null"/> when the log does not tell.</param>
/// <param name="Database">Where; <see langword="null"/> when the log does not tell.</param>
/// <param name="Message">The message without its severity.</param>
internal readonly record struct LogEntry(string? Session, string? Database, string Message);

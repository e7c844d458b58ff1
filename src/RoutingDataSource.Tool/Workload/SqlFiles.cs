using System.Text;
using ReplicaRouting.Classification;
using ReplicaRouting.Tool.Classify;
using ReplicaRouting.Tool.Common;

namespace ReplicaRouting.Tool.Workload;

/// <summary>A workload as files of statements: each counts once.</summary>
internal static class SqlFiles
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file, or all .sql files of a folder and the folders in it.</summary>
    internal static async Task<WorkloadSource> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var isFolder = Directory.Exists(path);
        var files = isFolder
            ? Directory.EnumerateFiles(path, "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList()
            : [path];
        if (files.Count == 0)
            throw new UserErrorException($"{path} holds no .sql file: give a folder of .sql files, one such file, or a server log.");
        var entries = new Dictionary<(string Text, RouteReason? Circumstance), long>();
        foreach (var file in files)
        {
            var follower = new SessionFollower();
            foreach (var statement in await ReadStatementsAsync(file, cancellationToken).ConfigureAwait(false))
            {
                // What a script sets is its own business; its transactions are not.
                var circumstance = follower.Circumstance is RouteReason.SessionPinned ? null : follower.Circumstance;
                follower.Follow(statement);
                entries[(statement, circumstance)] = entries.GetValueOrDefault((statement, circumstance)) + 1;
            }
        }

        return new(
            isFolder ? $"{files.Count} files in {path}" : path,
            [.. entries.Select(entry => new WorkloadEntry(entry.Key.Text, entry.Value) { Circumstance = entry.Key.Circumstance })],
            ["Files of SQL tell no calls and no times: each statement counts as often as it stands there."]);
    }

    /// <summary>The statements of one file.</summary>
    /// <exception cref="UserErrorException">It is no text, or no SQL.</exception>
    internal static async Task<List<string>> ReadStatementsAsync(string file, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = _strict.GetString(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (DecoderFallbackException)
        {
            throw new UserErrorException($"{file} is not SQL: it is not UTF-8 text. Give text files of SQL statements.");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
            throw new UserErrorException($"{file} is not SQL: it holds bytes that no text has. Give text files of SQL statements.");
        var statements = StatementSplitter.Split(text).ToList();
        if (statements.Count == 0)
            throw new UserErrorException($"{file} holds no SQL statement: give files with statements, separated by semicolons.");
        if (!statements.Exists(BeginsLikeSql))
            throw new UserErrorException($"{file} is not SQL: none of its statements begins with a command. It begins with '{Screen.Shorten(statements[0], 30)}'.");
        return statements;
    }

    private static bool BeginsLikeSql(string statement)
    {
        var lexer = new SqlLexer(statement, standardConformingStrings: true);
        var kind = lexer.Next();
        while (kind == TokenKind.OpenParen)
            kind = lexer.Next();
        if (kind != TokenKind.Word)
            return false;
        var word = statement.AsSpan(lexer.Start, lexer.Length);
        if (CommandTable.Find(word, out _, out _))
            return true;
        foreach (var query in (ReadOnlySpan<string>)["select", "with", "values", "table", "explain", "copy"])
        {
            if (word.Equals(query, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

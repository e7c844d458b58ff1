using System.Globalization;
using System.Text;
using Npgsql;

namespace ReplicaRouting.Testing;

/// <summary>Files of one node: <c>data</c>, <c>node.conf</c> (everything we set; included by postgresql.conf) and <c>server.log</c>.</summary>
internal sealed class DataDirectory(string root)
{
    private static readonly EnumerationOptions _everything = new() { AttributesToSkip = 0, RecurseSubdirectories = false };

    public string Root { get; } = root;

    public string Data { get; } = Path.Combine(root, "data");

    public string Log { get; } = Path.Combine(root, "server.log");

    private string Configuration => Path.Combine(Root, "node.conf");

    /// <summary>Copies the data of a running server by the low-level backup interface (PostgreSQL manual, "Making a Base Backup Using the Low
    /// Level API"); pg_basebackup is not part of every distribution of the programs.</summary>
    public async Task BackUpAsync(DataDirectory source, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // The session must stay open between start and stop.
        var command = new NpgsqlCommand("SELECT pg_backup_start('routing', true)", connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);

        // WAL comes from the primary by streaming (wal_keep_size keeps it); the rest is state of the running process.
        string[] contentStays = ["pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"];
        string[] filesStay = ["postmaster.pid", "postmaster.opts", "standby.signal", "pg_internal.init"];
        Copy(source.Data, Data, file =>
            !contentStays.Contains(Path.GetRelativePath(source.Data, file).Split(Path.DirectorySeparatorChar)[0])
            && !filesStay.Contains(Path.GetFileName(file)));

        command = new NpgsqlCommand("SELECT labelfile FROM pg_backup_stop(false)", connection);
        await using (command.ConfigureAwait(false))
        {
            var label = (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            await File.WriteAllTextAsync(Path.Combine(Data, "backup_label"), label, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the configuration; takes effect at the next start or reload.</summary>
    public void WriteSettings(IEnumerable<KeyValuePair<string, string>> settings)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in settings) text.Append(CultureInfo.InvariantCulture, $"{name} = '{Quote(value)}'\n");

        // Written beside and renamed, so that a server that reads it now sees the old or the new one.
        var temporary = Configuration + ".new";
        File.WriteAllText(temporary, text.ToString());
        File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(temporary, Configuration, overwrite: true);
    }

    /// <summary>Makes postgresql.conf read our file, wherever the data was copied from.</summary>
    public void IncludeSettings()
    {
        var file = Path.Combine(Data, "postgresql.conf");
        var lines = File.ReadLines(file).Where(line => !line.StartsWith("include = ", StringComparison.Ordinal)).ToList();
        lines.Add($"include = '{Quote(Configuration)}'");
        File.WriteAllLines(file, lines);
    }

    /// <summary>Makes the next start one of a standby.</summary>
    public void MarkStandby() => File.WriteAllText(Path.Combine(Data, "standby.signal"), "");

    /// <summary>Deletes the data of a server that does not run.</summary>
    public void Delete()
    {
        // If it was killed, this file is all that knows its shared memory segment; the watchdog needs it.
        var left = Path.Combine(Data, "postmaster.pid");
        if (File.Exists(left)) File.Move(left, Path.Combine(Root, $"killed-{Guid.NewGuid():N}.pid"));
        if (Directory.Exists(Data)) Directory.Delete(Data, recursive: true);
    }

    /// <summary>Reads postmaster.pid: the process and what it says of itself, such as <c>ready</c>.</summary>
    /// <returns><see langword="null"/> when there is none, or not yet a whole one.</returns>
    public (int ProcessId, string Status)? ReadStatus()
    {
        try
        {
            // PostgreSQL's pidfile.h: line 1 pid, line 8 status.
            var lines = File.ReadAllLines(Path.Combine(Data, "postmaster.pid"));
            return lines.Length >= 8 && int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                ? (id, lines[7].Trim())
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public string ReadLog()
    {
        if (!File.Exists(Log)) return "";
        using var reader = new StreamReader(new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }

    // Strings in postgresql.conf know backslash escapes too.
    private static string Quote(string value) => value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal);

    // Files of a running server come and go while they are copied; WAL replay puts right what was missed, that is what backup mode is for.
    private static void Copy(string source, string target, Func<string, bool> wanted)
    {
        Directory.CreateDirectory(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos("*", _everything))
            {
                var to = Path.Combine(target, entry.Name);
                if (entry is DirectoryInfo) Copy(entry.FullName, to, wanted);
                else if (wanted(entry.FullName)) CopyFile(entry.FullName, to);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Dropped meanwhile.
        }
    }

    private static void CopyFile(string source, string target)
    {
        try
        {
            File.Copy(source, target, overwrite: true);
        }
        catch (FileNotFoundException)
        {
            // Removed meanwhile.
        }
    }
}

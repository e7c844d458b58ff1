using System.Security.Cryptography;

namespace ReplicaRouting.Testing;

/// <summary>What kind of cluster to start. The defaults start one primary and two standbys of whatever PostgreSQL is found.</summary>
public sealed class PostgresClusterOptions
{
    /// <summary>Gets or sets how many standbys stream from the primary.</summary>
    /// <value>Default 2; from 0 to 16. More can be added to the running cluster.</value>
    public int Replicas { get; set; } = 2;

    /// <summary>Gets or sets the folder that holds <c>initdb</c> and <c>postgres</c>.</summary>
    /// <value>Default <see langword="null"/>: <see cref="MajorVersion"/> decides, or else <see cref="PostgresBinaries.FindAsync"/>.</value>
    public string? BinaryDirectory { get; set; }

    /// <summary>Gets or sets the major version to run, such as 18.</summary>
    /// <value>Default <see langword="null"/>: any. Ignored when <see cref="BinaryDirectory"/> is set.</value>
    public int? MajorVersion { get; set; }

    /// <summary>Gets or sets the database that is created and named in connection strings.</summary>
    /// <value>Default <c>app</c>. <c>postgres</c> is there anyway and saves the time of creating one.</value>
    public string Database { get; set; } = "app";

    /// <summary>Gets or sets the superuser that owns everything.</summary>
    /// <value>Default <c>postgres</c>; not starting with <c>pg_</c>, and without <c>" $ ' \</c>, which initdb refuses.</value>
    public string Username { get; set; } = "postgres";

    /// <summary>Gets or sets the password of <see cref="Username"/>. The servers check it (SCRAM-SHA-256), so a wrong one is refused.</summary>
    /// <value>Default: random.</value>
    public string Password { get; set; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>Gets settings (postgresql.conf names) for every node; they win over the ones that make the cluster fast to start.</summary>
    /// <value>Default empty. Values are given unquoted: <c>Settings["max_connections"] = "20"</c>.</value>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets settings for single nodes, by node name (<c>node1</c> is the initial primary); they win over <see cref="Settings"/>.</summary>
    /// <value>Default empty.</value>
    public IDictionary<string, IDictionary<string, string>> NodeSettings { get; } =
        new Dictionary<string, IDictionary<string, string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets further arguments for <c>initdb</c>, such as <c>--data-checksums</c>.</summary>
    /// <value>Default empty: encoding UTF8, locale C.</value>
    public IList<string> InitDbArguments { get; } = [];

    /// <summary>Gets or sets how long any single step may take: starting a server, catching up, promoting.</summary>
    /// <value>Default 30 s; more than zero.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the folder under which the cluster's private folder is made.</summary>
    /// <value>Default <see langword="null"/>: <c>/dev/shm</c> when it is memory with 4 GiB to spare and TMPDIR is not set, otherwise the temporary
    /// folder. When the servers must run as another user, that user must be able to
    /// enter it.</value>
    public string? ParentDirectory { get; set; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Replicas);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Replicas, 16);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
        ArgumentException.ThrowIfNullOrEmpty(Database);
        ArgumentException.ThrowIfNullOrEmpty(Username);
        ArgumentException.ThrowIfNullOrEmpty(Password);
        if (Username.StartsWith("pg_", StringComparison.Ordinal) || Username.AsSpan().IndexOfAny("\"$'\\") >= 0)
            throw new ArgumentException($"Username '{Username}' is refused by initdb: it must not start with pg_ or contain any of \" $ ' \\.");
        if (Password.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ArgumentException("Password must be one line: initdb reads it from a file.");
    }
}

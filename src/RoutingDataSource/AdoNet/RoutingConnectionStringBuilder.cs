using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>Reads and writes connection strings in which routing keywords stand beside Npgsql's, such as
/// <c>Host=db1,db2;Database=shop;Max Replica Lag=2s;Weights=0,1</c>. Npgsql never sees the routing keywords.</summary>
/// <remarks>Every option of <see cref="RoutingOptions"/> that can be written as text is a keyword, with or without blanks. Times are written as
/// <c>5s</c>, <c>500ms</c>, <c>2min</c> or <c>00:00:05</c>, sizes as <c>16MB</c>; <c>none</c> lifts a bound. <c>Port</c> may be a list as long
/// as <c>Host</c>.</remarks>
[SuppressMessage("Naming", "CA1710", Justification = "It is what ADO.NET calls it.")]
[SuppressMessage("Design", "CA1010", Justification = "DbConnectionStringBuilder's own shape.")]
public sealed class RoutingConnectionStringBuilder : DbConnectionStringBuilder
{
    private const string WeightsKeyword = "Weights";
    private const string NodeNamesKeyword = "Node Names";
    private const string PortKeyword = "Port";

    /// <summary>Initialises a builder without settings.</summary>
    public RoutingConnectionStringBuilder()
    {
    }

    /// <summary>Initialises a builder with the settings of a connection string.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <exception cref="ArgumentException">It is malformed; the message lists each keyword that is unknown or has a value that means nothing.</exception>
    public RoutingConnectionStringBuilder(string? connectionString)
    {
        var problems = new List<string>();
        if (!TryRead(connectionString, problems))
            throw new ArgumentException(ProblemList.Format("The connection string cannot be read", problems), nameof(connectionString));
    }

    private RoutingConnectionStringBuilder(List<string> problems, string? connectionString) => TryRead(connectionString, problems);

    /// <summary>Gets or sets the hosts, separated by commas, each with an optional port.</summary>
    public string? Host
    {
        get => Text("Host");
        set => this["Host"] = value;
    }

    /// <summary>Gets or sets the names of the nodes, separated by commas, in the order of <see cref="Host"/>; <see langword="null"/>: each is
    /// called <c>host:port</c>.</summary>
    public string? NodeNames
    {
        get => Text(NodeNamesKeyword);
        set => this[NodeNamesKeyword] = value;
    }

    /// <summary>Gets or sets the weights, separated by commas: in the order of <see cref="Host"/>, or as <c>name=weight</c>, where who is not
    /// named has 1; <see langword="null"/>: each has 1.</summary>
    public string? Weights
    {
        get => Text(WeightsKeyword);
        set => this[WeightsKeyword] = value;
    }

    /// <summary>Gets the routing options that the settings stand for.</summary>
    /// <returns>Options with their defaults where nothing is set; not validated.</returns>
    public RoutingOptions ToOptions()
    {
        var options = new RoutingOptions();
        ApplyTo(options);
        return options;
    }

    /// <inheritdoc />
    /// <remarks>Routing keywords are checked when they are set, as Npgsql checks its own.</remarks>
    /// <exception cref="ArgumentException">The keyword is unknown or its value means nothing.</exception>
    [AllowNull]
    public override object this[string keyword]
    {
        get => base[Canonical(keyword)];
        set
        {
            ArgumentNullException.ThrowIfNull(keyword);
            var text = Convert.ToString(value, CultureInfo.InvariantCulture);
            if (value is null || text is null)
                Remove(keyword);
            else if (Check(keyword, text) is { } problem)
                throw new ArgumentException($"The connection string cannot be read: {problem}.", nameof(keyword));
            else
                base[StoredName(keyword, text)] = text;
        }
    }

    /// <inheritdoc />
    public override bool ContainsKey(string keyword) => base.ContainsKey(Canonical(keyword));

    /// <inheritdoc />
    public override bool Remove(string keyword) => base.Remove(Canonical(keyword));

    /// <inheritdoc />
    public override bool TryGetValue(string keyword, [NotNullWhen(true)] out object? value) => base.TryGetValue(Canonical(keyword), out value);

    /// <summary>Changes Npgsql's settings in a connection string; routing keywords and a list of ports stay as they are.</summary>
    /// <exception cref="ArgumentException">It is malformed: in Npgsql's words, unless there are routing keywords in it.</exception>
    internal static string Change(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        if (!HasRouting(connectionString))
        {
            var plain = new NpgsqlConnectionStringBuilder(connectionString);
            change(plain);
            return plain.ConnectionString;
        }

        var settings = new RoutingConnectionStringBuilder(connectionString);
        var npgsql = settings.ToNpgsql();
        change(npgsql);
        var changed = new DbConnectionStringBuilder { ConnectionString = npgsql.ConnectionString };
        foreach (string keyword in settings.Keys)
        {
            if (IsRouting(keyword) || IsPortList(keyword, settings.Text(keyword)))
                changed[keyword] = settings.Text(keyword)!;
        }

        return changed.ConnectionString;
    }

    private static bool HasRouting(string connectionString)
    {
        try
        {
            var raw = new DbConnectionStringBuilder { ConnectionString = connectionString };
            return raw.Keys.Cast<string>().Any(keyword => IsRouting(keyword) || IsPortList(keyword, (string)raw[keyword]));
        }
        catch (ArgumentException)
        {
            return false; // malformed
        }
    }

    /// <summary>Reads what can be read and adds a line for each thing that cannot.</summary>
    internal static RoutingConnectionStringBuilder Read(string? connectionString, List<string> problems) => new(problems, connectionString);

    /// <summary>Whether a keyword is ours and not Npgsql's.</summary>
    internal static bool IsRouting(string keyword) =>
        RoutingSetting.Find(keyword) is not null || Is(keyword, WeightsKeyword) || Is(keyword, NodeNamesKeyword);

    internal void ApplyTo(RoutingOptions options)
    {
        foreach (string keyword in Keys)
            RoutingSetting.Find(keyword)?.TrySet(options, Text(keyword)!);
    }

    /// <summary>The settings that are Npgsql's, without a list of ports.</summary>
    internal NpgsqlConnectionStringBuilder ToNpgsql()
    {
        var npgsql = new NpgsqlConnectionStringBuilder();
        foreach (string keyword in Keys)
        {
            if (!IsRouting(keyword) && !IsPortList(keyword, Text(keyword)))
                npgsql[keyword] = base[keyword];
        }

        return npgsql;
    }

    /// <summary>These routing settings beside other settings of Npgsql's. A list of ports stays unless there is a port instead.</summary>
    internal RoutingConnectionStringBuilder With(NpgsqlConnectionStringBuilder npgsql)
    {
        var settings = new RoutingConnectionStringBuilder(npgsql.ConnectionString);
        foreach (string keyword in Keys)
        {
            if (IsRouting(keyword) || (IsPortList(keyword, Text(keyword)) && !npgsql.ContainsKey(PortKeyword)))
                settings[keyword] = base[keyword];
        }

        return settings;
    }

    /// <summary>The nodes that the settings name, and what is wrong with their lists.</summary>
    internal List<NodeDefinition> ToDefinitions(List<string> problems)
    {
        var connectionString = ToNpgsql().ConnectionString;
        var hosts = NodeFactory.Hosts(connectionString);
        var names = Parallel(NodeNamesKeyword, hosts.Length, problems);
        var ports = IsPortList(PortKeyword, Text(PortKeyword)) ? Parallel(PortKeyword, hosts.Length, problems) : null;
        List<NodeDefinition> nodes = [.. hosts.Select((host, index) => new NodeDefinition(
            NodeFactory.WithHost(connectionString, host, NodeAddress.ParsePort(ports?[index])), null, NodeRole.Unknown, 1, names?[index]))];
        if (Weights is { } weights)
            SetWeights(nodes, weights, problems);
        return nodes;
    }

    private string[]? Parallel(string keyword, int count, List<string> problems)
    {
        if (Text(keyword) is not { } text)
            return null;
        var entries = text.Split(',', StringSplitOptions.TrimEntries);
        if (entries.Length == count)
            return entries;
        problems.Add($"{keyword} is '{text}': it must have an entry for each of the {count} hosts");
        return null;
    }

    private static void SetWeights(List<NodeDefinition> nodes, string weights, List<string> problems)
    {
        var entries = weights.Split(',', StringSplitOptions.TrimEntries);
        var named = entries.Count(entry => entry.Contains('=', StringComparison.Ordinal));
        if (named != 0 ? named != entries.Length : entries.Length != nodes.Count)
        {
            problems.Add($"{WeightsKeyword} is '{weights}': it must be a number for each of the {nodes.Count} hosts, or a list of name=weight");
            return;
        }

        for (var i = 0; i < entries.Length; i++)
        {
            var equals = entries[i].LastIndexOf('=');
            var name = equals < 0 ? null : entries[i][..equals].Trim();
            var node = name is null ? i : nodes.FindIndex(node => (node.Name ?? NodeFactory.DefaultName(node)) == name);
            if (node < 0)
                problems.Add($"{WeightsKeyword} names '{name}', which is no node: the nodes are {string.Join(", ", nodes.Select(each => each.Name ?? NodeFactory.DefaultName(each)))}");
            else if (int.TryParse(entries[i].AsSpan(equals + 1), NumberStyles.Integer, CultureInfo.InvariantCulture, out var weight))
                nodes[node] = nodes[node] with { Weight = weight };
            else
                problems.Add($"{WeightsKeyword} holds '{entries[i]}': a weight must be a whole number");
        }
    }

    private bool TryRead(string? connectionString, List<string> problems)
    {
        var raw = new DbConnectionStringBuilder();
        try
        {
            raw.ConnectionString = connectionString;
        }
        catch (ArgumentException error)
        {
            problems.Add($"the connection string is malformed: {error.Message}"); // names a position, never a value
            return false;
        }

        var known = problems.Count;
        foreach (string keyword in raw.Keys)
        {
            var text = (string)raw[keyword];
            if (Check(keyword, text) is { } problem)
                problems.Add(problem);
            else
                base[StoredName(keyword, text)] = text;
        }

        return problems.Count == known;
    }

    /// <summary>Says what is wrong with a setting. A value that may be a secret is not repeated.</summary>
    private static string? Check(string keyword, string text)
    {
        if (RoutingSetting.Find(keyword) is { } setting)
            return setting.TrySet(new(), text) is { } wrong ? $"{setting.Keyword} {wrong}" : null;
        if (IsRouting(keyword))
            return null; // their lists are checked against the hosts
        if (IsPortList(keyword, text))
        {
            return Array.TrueForAll(text.Split(',', StringSplitOptions.TrimEntries), port => NodeAddress.ParsePort(port) is not null)
                ? null
                : $"Port is '{text}': each must be a number from 1 to 65535";
        }

        var npgsql = new NpgsqlConnectionStringBuilder();
        if (!npgsql.ContainsKey(keyword))
            return $"'{keyword}' is neither a keyword of Npgsql's nor one of routing's";
        try
        {
            npgsql[keyword] = text;
            return null;
        }
        catch (Exception error) when (error is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return MayBeSecret(keyword) ? $"{keyword} has a value that Npgsql refuses" : $"{keyword} is '{text}', which Npgsql refuses";
        }
    }

    private static string Canonical(string keyword)
    {
        if (RoutingSetting.Find(keyword) is { } setting)
            return setting.Keyword;
        if (Is(keyword, WeightsKeyword))
            return WeightsKeyword;
        if (Is(keyword, NodeNamesKeyword))
            return NodeNamesKeyword;
        return Is(keyword, "Server") ? "Host" : keyword;
    }

    // DbConnectionStringBuilder hands parsed keywords over in lower case.
    private static string StoredName(string keyword, string text)
    {
        if (IsRouting(keyword) || Is(keyword, "Server"))
            return Canonical(keyword);
        if (IsPortList(keyword, text))
            return PortKeyword;
        var npgsql = new NpgsqlConnectionStringBuilder { [keyword] = text };
        return npgsql.Keys.Cast<string>().FirstOrDefault(name => name.Equals(keyword, StringComparison.OrdinalIgnoreCase)) ?? keyword;
    }

    private static bool MayBeSecret(string keyword) => keyword.Contains("pass", StringComparison.OrdinalIgnoreCase) ||
        keyword.Contains("pwd", StringComparison.OrdinalIgnoreCase) || keyword.Contains("key", StringComparison.OrdinalIgnoreCase);

    private static bool IsPortList(string keyword, string? value) => Is(keyword, PortKeyword) && value?.Contains(',', StringComparison.Ordinal) == true;

    private static bool Is(string keyword, string known) => RoutingSetting.Fold(keyword) == RoutingSetting.Fold(known);

    private string? Text(string keyword) => TryGetValue(keyword, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}

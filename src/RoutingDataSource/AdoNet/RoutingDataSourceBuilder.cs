using Microsoft.Extensions.Logging;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>Builds a <see cref="RoutingDataSource"/>.</summary>
public sealed partial class RoutingDataSourceBuilder
{
    private const int MaxWeight = 1000;

    private readonly List<NodeDefinition> _definitions = [];
    private readonly List<IRoutingRule> _rules = [];
    private readonly RoutingOptions _options = new();
    private readonly List<string> _problems = [];
    private readonly RoutingConnectionStringBuilder? _settings; // of a connection string that can be read
    private Action<NpgsqlDataSourceBuilder>? _configureNpgsql;
    private ILoggerFactory? _loggerFactory;

    /// <summary>Initialises a builder without nodes.</summary>
    public RoutingDataSourceBuilder()
    {
    }

    /// <summary>Initialises a builder with the hosts of one connection string; which of them is the primary is discovered.</summary>
    /// <param name="connectionString">An Npgsql connection string; <c>Host</c> lists the nodes, separated by commas, each with an optional port.
    /// Routing keywords may stand in it: see <see cref="RoutingConnectionStringBuilder"/>. <see cref="Configure"/> overrides them.</param>
    public RoutingDataSourceBuilder(string connectionString)
    {
        var settings = RoutingConnectionStringBuilder.Read(connectionString, _problems);
        settings.ApplyTo(_options);
        if (_problems.Count == 0 && FindProblem(settings.ToNpgsql().ConnectionString) is { } problem)
            _problems.Add($"the connection string {problem}");
        if (_problems.Count == 0)
            _settings = settings;
    }

    /// <summary>Gets or sets what tells this data source from others of the process in metrics: their tag <c>routing_data_source.name</c>. The
    /// counterpart of <see cref="NpgsqlDataSourceBuilder.Name"/>, which names single pools.</summary>
    /// <value>Default <see langword="null"/>: the key that it is registered with when that is a text or an enumeration's value, else its servers and the
    /// database, such as <c>db1:5432,db2:5432/shop</c>. Not empty.</value>
    public string? Name { get; set; }

    /// <summary>Adds the server that is the primary now. After a failover another node takes that part by itself.</summary>
    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="weight">Its share of the reads when it comes back as a replica; 0 to 1000.</param>
    /// <param name="name">A name for routes, logs and metrics; default <c>host:port</c>.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder AddPrimary(string connectionString, int weight = 1, string? name = null) =>
        Add(connectionString, null, NodeRole.Primary, weight, name);

    /// <summary>Adds the server that is the primary now, with a data source that the caller owns and disposes.</summary>
    /// <param name="dataSource">Its connections are opened as they are: <c>ConfigureNpgsql</c> does not apply, and pooled ones are reset as it says.</param>
    /// <param name="weight">Its share of the reads when it comes back as a replica; 0 to 1000.</param>
    /// <param name="name">A name for routes, logs and metrics; default <c>host:port</c>.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder AddPrimary(NpgsqlDataSource dataSource, int weight = 1, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return Add(null, dataSource, NodeRole.Primary, weight, name);
    }

    /// <summary>Adds a streaming replica of the primary.</summary>
    /// <param name="connectionString">An Npgsql connection string.</param>
    /// <param name="weight">Its share of the reads in proportion to the other replicas'; 0 to 1000. 0: only when nobody else is left.</param>
    /// <param name="name">A name for routes, logs and metrics; default <c>host:port</c>.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder AddReplica(string connectionString, int weight = 1, string? name = null) =>
        Add(connectionString, null, NodeRole.Replica, weight, name);

    /// <summary>Adds a streaming replica of the primary, with a data source that the caller owns and disposes.</summary>
    /// <param name="dataSource">Its connections are opened as they are: <c>ConfigureNpgsql</c> does not apply, and pooled ones are reset as it says.</param>
    /// <param name="weight">Its share of the reads in proportion to the other replicas'; 0 to 1000. 0: only when nobody else is left.</param>
    /// <param name="name">A name for routes, logs and metrics; default <c>host:port</c>.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder AddReplica(NpgsqlDataSource dataSource, int weight = 1, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return Add(null, dataSource, NodeRole.Replica, weight, name);
    }

    /// <summary>Configures the Npgsql data sources of all nodes alike: type mappings, passwords, certificates.</summary>
    /// <param name="configure">Called once for each pool of each node; must do the same each time.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder ConfigureNpgsql(Action<NpgsqlDataSourceBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _configureNpgsql += configure;
        return this;
    }

    /// <summary>Sets options.</summary>
    /// <param name="configure">Changes the options.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder Configure(Action<RoutingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(_options);
        return this;
    }

    /// <summary>Sets where the data source and its Npgsql data sources log.</summary>
    /// <param name="loggerFactory">The factory; <see langword="null"/> for no logging.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder UseLoggerFactory(ILoggerFactory? loggerFactory)
    {
        _loggerFactory = loggerFactory;
        return this;
    }

    /// <summary>Adds a rule that is asked about each proven read before the built-in routing. Rules are asked in the order they were added.</summary>
    /// <param name="rule">The rule; called by many threads at once.</param>
    /// <returns>This builder.</returns>
    public RoutingDataSourceBuilder AddRule(IRoutingRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        _rules.Add(rule);
        return this;
    }

    /// <summary>Builds the data source. Nothing is connected yet.</summary>
    /// <returns>The data source; dispose it to close its connections.</returns>
    /// <exception cref="ArgumentException">Something in the configuration is wrong; the message lists everything that is.</exception>
    public RoutingDataSource Build()
    {
        var problems = FindProblems(out var definitions);
        if (problems.Count > 0)
            throw new ArgumentException(ProblemList.Format("The routing data source cannot be built", problems));

        var factory = new NodeFactory(_options, _configureNpgsql, _loggerFactory, Name, definitions.Count == 1);
        return new([.. definitions], factory, _options, [.. _rules], _loggerFactory, Name);
    }

    /// <summary>Adds what is wrong with the place that the settings came from; <see cref="Build"/> tells it.</summary>
    internal void AddProblems(IEnumerable<string> problems) => _problems.AddRange(problems);

    internal List<string> FindProblems() => FindProblems(out _);

    private List<string> FindProblems(out List<NodeDefinition> definitions)
    {
        var problems = new List<string>(_problems);
        definitions = [.. ReadNodes(problems), .. _definitions];
        var lacksNodes = definitions.Count == 0 && problems.Count == 0;
        problems.AddRange(_options.FindProblems());
        if (lacksNodes)
            problems.Add("there are no nodes: call AddPrimary and AddReplica, or give a connection string");
        else if (definitions.Count > 0 && !definitions.Exists(definition => definition.ExpectedRole != NodeRole.Replica))
            problems.Add("there is no primary: call AddPrimary, or give all hosts in one connection string to have roles discovered");
        if (definitions.Count(definition => definition.ExpectedRole == NodeRole.Primary) > 1)
            problems.Add("there is more than one primary: add the others with AddReplica, or give all hosts in one connection string");
        // A pooler has an address of its own and one database for each server behind it.
        var nodes = definitions.ConvertAll(definition => (
            Name: definition.Name ?? NodeFactory.DefaultName(definition), Server: NodeFactory.DefaultName(definition), Database: NodeFactory.DatabaseOf(definition)));
        foreach (var definition in definitions.Where(definition => definition.Weight is < 0 or > MaxWeight))
            problems.Add($"the weight of {definition.Name ?? NodeFactory.DefaultName(definition)} is {definition.Weight}: it must be 0 to {MaxWeight}");
        if (_options.SessionStatements == SessionStatements.Replay)
        {
            problems.AddRange(definitions.Where(NodeFactory.SkipsReset).Select(definition =>
                $"SessionStatements is Replay, and {definition.Name ?? NodeFactory.DefaultName(definition)} has No Reset On Close, " +
                "so that a setting would reach the pool's next user: remove one of the two"));
        }

        if (Name is not null && string.IsNullOrWhiteSpace(Name))
            problems.Add("the data source's name is empty: leave it out to have it called after its servers and database");
        if (nodes.Exists(node => string.IsNullOrWhiteSpace(node.Name)))
            problems.Add("a node's name is empty: leave it out to have it called host:port");
        foreach (var twice in nodes.GroupBy(node => node.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            problems.Add($"{twice.Count()} nodes are named '{twice.Key}': names must differ");
        foreach (var twice in nodes.GroupBy(node => $"{node.Server}/{node.Database}", StringComparer.OrdinalIgnoreCase).Where(group => group.Select(node => node.Name).Distinct().Count() > 1))
            problems.Add($"{string.Join(" and ", twice.Select(node => $"'{node.Name}'"))} are the same server {twice.First().Server}: name each server once");
        return problems;
    }

    private RoutingDataSourceBuilder Add(string? connectionString, NpgsqlDataSource? owned, NodeRole role, int weight, string? name)
    {
        var kind = $"the connection string of {name ?? $"a {role.ToString().ToLowerInvariant()}"}";
        if (FindProblem(owned?.ConnectionString ?? connectionString) is { } problem)
            _problems.Add($"{kind} {problem}");
        else if (owned is NpgsqlMultiHostDataSource)
            _problems.Add($"{kind} names several hosts: give each its own data source");
        else
            _definitions.AddRange(NodeFactory.Split(new(connectionString, owned, role, weight, name)));
        return this;
    }

    private static string? FindProblem(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            return "is empty";
        var problems = new List<string>();
        var read = RoutingConnectionStringBuilder.Read(connectionString, problems);
        if (problems.Count > 0)
            return $"cannot be read: {string.Join("; ", problems)}";
        if (read.Keys.Cast<string>().FirstOrDefault(RoutingConnectionStringBuilder.IsRouting) is { } keyword)
            return $"has '{keyword}', which is for all nodes: call Configure, or give it in the one connection string of all hosts";
        var settings = read.ToNpgsql();
        var hosts = settings.Host?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (hosts.Length == 0 || Array.TrueForAll(hosts, string.IsNullOrEmpty))
            return "names no Host";
        if (Array.Exists(hosts, string.IsNullOrEmpty))
            return $"has the hosts '{settings.Host}', one of which is empty";
        if (Array.Find(hosts, host => !NodeAddress.IsPort(NodeAddress.Split(host).Port ?? settings.Port)) is { } wrong)
            return $"has a port that is not from 1 to 65535: {wrong}{(NodeAddress.Split(wrong).Port is null ? $":{settings.Port}" : "")}";
        if (settings.Multiplexing)
            return "asks for Multiplexing, which routing does not support: remove it";
        if (settings.TargetSessionAttributes is not null)
            return "has Target Session Attributes: remove it, roles are discovered";
        return settings.LoadBalanceHosts ? "has Load Balance Hosts: remove it, reads are balanced by weight" : null;
    }
}

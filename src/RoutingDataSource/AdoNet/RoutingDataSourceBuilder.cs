using Microsoft.Extensions.Logging;
using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

/// <summary>Builds a <see cref="RoutingDataSource"/>.</summary>
public sealed class RoutingDataSourceBuilder
{
    private readonly List<NodeDefinition> _definitions = [];
    private readonly List<IRoutingRule> _rules = [];
    private readonly RoutingOptions _options = new();
    private readonly List<string> _problems = [];
    private Action<NpgsqlDataSourceBuilder>? _configureNpgsql;
    private ILoggerFactory? _loggerFactory;

    /// <summary>Initialises a builder without nodes.</summary>
    public RoutingDataSourceBuilder()
    {
    }

    /// <summary>Initialises a builder with the hosts of one connection string; which of them is the primary is discovered.</summary>
    /// <param name="connectionString">An Npgsql connection string; <c>Host</c> lists the nodes, separated by commas, each with an optional port.</param>
    public RoutingDataSourceBuilder(string connectionString) => Add(connectionString, null, NodeRole.Unknown, 1, null);

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
    public RoutingDataSourceBuilder AddPrimary(NpgsqlDataSource dataSource, int weight = 1, string? name = null) =>
        Add(null, dataSource, NodeRole.Primary, weight, name);

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
    public RoutingDataSourceBuilder AddReplica(NpgsqlDataSource dataSource, int weight = 1, string? name = null) =>
        Add(null, dataSource, NodeRole.Replica, weight, name);

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
        var problems = new List<string>(_problems);
        problems.AddRange(_options.FindProblems());
        var names = _definitions.Select(definition => definition.Name ?? NodeFactory.DefaultName(definition)).ToList();
        if (_definitions.Count == 0 && _problems.Count == 0)
            problems.Add("there are no nodes: call AddPrimary and AddReplica, or give a connection string");
        else if (_definitions.Count > 0 && !_definitions.Exists(definition => definition.ExpectedRole != NodeRole.Replica))
            problems.Add("there is no primary: call AddPrimary, or give all hosts in one connection string to have roles discovered");
        if (_definitions.Count(definition => definition.ExpectedRole == NodeRole.Primary) > 1)
            problems.Add("there is more than one primary: add the others with AddReplica, or give all hosts in one connection string");
        foreach (var twice in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            problems.Add($"{twice.Count()} nodes are named '{twice.Key}': names must differ");
        if (problems.Count > 0)
            throw new ArgumentException($"The routing data source cannot be built:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");

        var factory = new NodeFactory(_options, _configureNpgsql, _loggerFactory);
        return new([.. _definitions], factory, _options, [.. _rules], _loggerFactory);
    }

    private RoutingDataSourceBuilder Add(string? connectionString, NpgsqlDataSource? owned, NodeRole role, int weight, string? name)
    {
        var kind = role == NodeRole.Unknown ? "the connection string" : $"the connection string of {name ?? $"a {role.ToString().ToLowerInvariant()}"}";
        if (weight is < 0 or > 1000)
            _problems.Add($"the weight of {name ?? "a node"} is {weight}: it must be 0 to 1000");
        if (owned is null)
        {
            if (FindProblem(connectionString) is { } problem)
            {
                _problems.Add($"{kind} {problem}");
                return this;
            }
        }

        _definitions.AddRange(NodeFactory.Split(new(connectionString, owned, role, weight, name)));
        return this;
    }

    private static string? FindProblem(string? connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
            return "is empty";
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(settings.Host))
                return "names no Host";
            if (settings.Multiplexing)
                return "asks for Multiplexing, which routing does not support: remove it";
            if (settings.TargetSessionAttributes is not null)
                return "has Target Session Attributes: remove it, roles are discovered";
            return settings.LoadBalanceHosts ? "has Load Balance Hosts: remove it, reads are balanced by weight" : null;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            return $"is malformed: {error.Message}";
        }
    }
}

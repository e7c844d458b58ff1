using System.Globalization;
using Microsoft.Extensions.Configuration;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.DependencyInjection;

/// <summary>A configuration section, read by hand so that trimming and native compilation keep it whole.</summary>
internal sealed class RoutingConfiguration
{
    private const string ConnectionStringKey = "ConnectionString";
    private const string PrimaryKey = "Primary";
    private const string ReplicasKey = "Replicas";

    private readonly Dictionary<RoutingSetting, string> _texts = [];
    private readonly List<NodeDefinition> _nodes = [];
    private string? _cluster;

    public List<string> Problems { get; } = [];

    /// <summary>Reads a section.</summary>
    public static RoutingConfiguration Read(IConfiguration section)
    {
        var read = new RoutingConfiguration();
        foreach (var child in section.GetChildren())
            read.Add(child);
        if (read._cluster is not null && read._nodes.Count > 0)
            read.Problems.Add($"the section has both {ConnectionStringKey} and {PrimaryKey} or {ReplicasKey}: give one or the other");
        return read;
    }

    /// <summary>Hands everything to a builder; what is wrong comes out when it builds.</summary>
    public RoutingDataSourceBuilder ToBuilder()
    {
        var builder = _cluster is null ? new RoutingDataSourceBuilder() : new(_cluster);
        builder.AddProblems(Problems);
        foreach (var node in _nodes)
        {
            _ = node.ExpectedRole == NodeRole.Primary
                ? builder.AddPrimary(node.ConnectionString!, node.Weight, node.Name)
                : builder.AddReplica(node.ConnectionString!, node.Weight, node.Name);
        }

        builder.Configure(options => Apply(options));
        return builder;
    }

    /// <summary>Takes what has changed since an earlier reading over into a data source that is in use.</summary>
    /// <param name="before">The earlier reading.</param>
    /// <param name="running">The options in force.</param>
    /// <param name="options">The options to be in force now: <paramref name="running"/> with the changes.</param>
    /// <param name="weights">The weights of the nodes.</param>
    /// <param name="restart">What only a new data source can take over.</param>
    /// <returns>The changes in words.</returns>
    public List<string> Compare(
        RoutingConfiguration before, RoutingOptions running, out RoutingOptions options, out Dictionary<string, int> weights, out List<string> restart)
    {
        var next = new RoutingOptions();
        Apply(next);
        options = running.Copy();
        restart = [];
        var changes = new List<string>();
        foreach (var setting in RoutingSetting.All)
        {
            var (old, text) = (before._texts.GetValueOrDefault(setting), _texts.GetValueOrDefault(setting));
            if (old == text)
                continue;
            if (setting.CopyWhileRunning is not { } copy)
            {
                restart.Add(setting.Name);
                continue;
            }

            copy(next, options);
            changes.Add($"{setting.Name} = {text ?? "default"}");
        }

        weights = [];
        var known = before.Named();
        foreach (var (name, node) in Named())
        {
            if (!known.Remove(name, out var old) || old.ConnectionString != node.ConnectionString || old.ExpectedRole != node.ExpectedRole)
                restart.Add($"node {name}");
            else if (old.Weight != node.Weight)
            {
                weights[name] = node.Weight;
                changes.Add($"weight of {name} = {node.Weight}");
            }
        }

        restart.AddRange(known.Keys.Select(name => $"node {name}"));
        return changes;
    }

    private void Apply(RoutingOptions options)
    {
        foreach (var (setting, text) in _texts)
            setting.TrySet(options, text);
    }

    private Dictionary<string, NodeDefinition> Named()
    {
        var nodes = _cluster is null ? [.. _nodes.SelectMany(NodeFactory.Split)] : RoutingConnectionStringBuilder.Read(_cluster, []).ToDefinitions([]);
        var named = new Dictionary<string, NodeDefinition>(StringComparer.Ordinal);
        foreach (var node in nodes)
            named[node.Name ?? NodeFactory.DefaultName(node)] = node;
        return named;
    }

    private void Add(IConfigurationSection child)
    {
        if (Is(child, ConnectionStringKey))
            _cluster = child.Value ?? "";
        else if (Is(child, PrimaryKey))
            AddNode(child, NodeRole.Primary);
        else if (Is(child, ReplicasKey))
        {
            foreach (var replica in child.GetChildren())
                AddNode(replica, NodeRole.Replica);
            if (child.Value is { Length: > 0 } value)
                Problems.Add($"{child.Path} is '{Redact(value)}': it must be a list of connection strings or of {ConnectionStringKey}, Weight and Name");
        }
        else if (RoutingSetting.Find(child.Key) is { } setting)
            AddOption(child, setting);
        else
            Problems.Add($"{child.Path}{(child.Value is { } value ? $" ('{Redact(value)}')" : "")} is neither an option nor {ConnectionStringKey}, {PrimaryKey} or {ReplicasKey}");
    }

    private void AddOption(IConfigurationSection child, RoutingSetting setting)
    {
        var text = child.Value ?? string.Join(',', child.GetChildren().Select(item => item.Value));
        if (setting.TrySet(new(), text) is { } problem)
            Problems.Add($"{child.Path} {problem}");
        else
            _texts[setting] = text;
    }

    private void AddNode(IConfigurationSection section, NodeRole role)
    {
        var (connectionString, weight, name) = (section.Value, 1, (string?)null);
        foreach (var child in section.GetChildren())
        {
            if (Is(child, ConnectionStringKey))
                connectionString = child.Value;
            else if (Is(child, "Name"))
                name = child.Value;
            else if (!Is(child, "Weight"))
                Problems.Add($"{child.Path} is not one of {ConnectionStringKey}, Weight and Name");
            else if (!int.TryParse(child.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out weight))
                Problems.Add($"{child.Path} is '{child.Value}': a weight must be a whole number");
        }

        _nodes.Add(new(connectionString ?? "", null, role, weight, name));
    }

    private static bool Is(IConfigurationSection section, string key) => section.Key.Equals(key, StringComparison.OrdinalIgnoreCase);

    // A connection string in the wrong place must not come to light with its password.
    private static string Redact(string value) => value.Contains('=', StringComparison.Ordinal) ? "…" : value;
}

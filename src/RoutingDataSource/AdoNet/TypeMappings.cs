using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;
using ReplicaRouting.Diagnostics;

namespace ReplicaRouting.AdoNet;

/// <summary>Finds nodes whose data sources, which the caller has built, map PostgreSQL's types to others than their neighbours do: a command would
/// then give other values, or fail, depending on where it runs.</summary>
internal sealed class TypeMappings(int nodes, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly bool[] _isKnown = new bool[nodes];
    private string? _firstNode;
    private Dictionary<string, string>? _firstTypes;

    /// <summary>Compares once for each node; asks the server nothing.</summary>
    /// <param name="node">The node.</param>
    /// <param name="open">An open connection of its data source.</param>
    public void Compare(Node node, NpgsqlConnection open)
    {
        if (Volatile.Read(ref _isKnown[node.Index]))
            return;
        lock (_lock)
        {
            if (_isKnown[node.Index])
                return;
            Volatile.Write(ref _isKnown[node.Index], true);
            if (Read(open) is not { } types)
                return;
            if (_firstTypes is null)
                (_firstNode, _firstTypes) = (node.Name, types);
            else
                Report(node.Name, types);
        }
    }

    private void Report(string node, Dictionary<string, string> types)
    {
        var different = types.Keys.Union(_firstTypes!.Keys, StringComparer.Ordinal)
            .Where(type => types.GetValueOrDefault(type) != _firstTypes.GetValueOrDefault(type))
            .Order(StringComparer.Ordinal).ToList();
        if (different is [var type, ..])
            Log.TypesDiffer(logger, node, different.Count, _firstNode!, type, Name(types), Name(_firstTypes));

        string Name(Dictionary<string, string> known) => known.GetValueOrDefault(type) switch { null => "unknown", "" => "unmapped", var name => name };
    }

    // What Npgsql makes of each type that it knows in the database, by the mappings and plug-ins of this data source.
    private static Dictionary<string, string>? Read(NpgsqlConnection open)
    {
        try
        {
            using var schema = open.GetSchema("DataTypes");
            var types = new Dictionary<string, string>(schema.Rows.Count, StringComparer.Ordinal);
            foreach (DataRow row in schema.Rows)
                types[(string)row["TypeName"]] = row["DataType"] as string ?? "";
            return types;
        }
        catch (Exception)
        {
            return null; // a look for the log must not cost anybody the connection
        }
    }
}

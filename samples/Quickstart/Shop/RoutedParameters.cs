using System.Data;
using Dapper;

namespace ReplicaRouting.Quickstart.Shop;

/// <summary>Dapper makes its commands itself; its parameters are shown them, and so can tell their route afterwards.</summary>
internal sealed class RoutedParameters : DynamicParameters, SqlMapper.IDynamicParameters
{
    public RoutedParameters()
    {
    }

    public RoutedParameters(object values)
        : base(values)
    {
    }

    public RoutingCommand Command { get; private set; } = null!;

    void SqlMapper.IDynamicParameters.AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        Command = (RoutingCommand)command;
        AddParameters(command, identity);
    }
}

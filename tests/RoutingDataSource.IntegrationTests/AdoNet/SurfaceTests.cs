using System.Reflection;
using Npgsql;

namespace ReplicaRouting.IntegrationTests.AdoNet;

/// <summary>Our types have what Npgsql's have, under the same names, so that changing the type names in a program compiles.</summary>
public sealed class SurfaceTests
{
    private static readonly Dictionary<string, string> Renamed = new()
    {
        ["Npgsql.NpgsqlDataSource"] = "ReplicaRouting.RoutingDataSource",
        ["Npgsql.NpgsqlConnection"] = "ReplicaRouting.RoutingConnection",
        ["Npgsql.NpgsqlCommand"] = "ReplicaRouting.RoutingCommand",
        ["Npgsql.NpgsqlBatch"] = "ReplicaRouting.RoutingBatch",
        ["Npgsql.NpgsqlTransaction"] = "ReplicaRouting.RoutingTransaction",
        ["Npgsql.NpgsqlFactory"] = "ReplicaRouting.RoutingProviderFactory",
    };

    // Nothing may be added here without a reason.
    private static readonly Dictionary<string, string> Missing = [];

    [Theory]
    [InlineData(typeof(NpgsqlDataSource), typeof(RoutingDataSource))]
    [InlineData(typeof(NpgsqlConnection), typeof(RoutingConnection))]
    [InlineData(typeof(NpgsqlCommand), typeof(RoutingCommand))]
    [InlineData(typeof(NpgsqlBatch), typeof(RoutingBatch))]
    [InlineData(typeof(NpgsqlTransaction), typeof(RoutingTransaction))]
    [InlineData(typeof(NpgsqlFactory), typeof(RoutingProviderFactory))]
    public void PublicMembers_OfNpgsqlsType_AreThoseOfOurs(Type theirs, Type ours)
    {
        var have = Members(ours).ToHashSet();
        var lacking = Members(theirs).Where(member => !have.Contains(member)).Except(Missing.Keys).ToList();
        Assert.True(lacking.Count == 0, $"{ours.Name} lacks:\n{string.Join('\n', lacking)}");
        foreach (var contract in theirs.GetInterfaces())
            Assert.True(contract.IsAssignableFrom(ours), $"{ours.Name} is not {contract.Name}");
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;
        foreach (var member in type.GetMembers(All))
        {
            switch (member)
            {
                case ConstructorInfo constructor:
                    yield return $"new({Parameters(constructor)})";
                    break;
                case MethodInfo method when Interesting(method):
                    yield return $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}({Parameters(method)})";
                    break;
                case FieldInfo field:
                    yield return $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}";
                    break;
            }
        }
    }

    // What a base class of the framework has is ours as well, unless Npgsql's type hides it.
    private static bool Interesting(MethodInfo method) => method.DeclaringType != typeof(object) && method.DeclaringType != typeof(MarshalByRefObject);

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericType)
            return $"{type.Name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        var name = type.FullName ?? type.Name;
        return Renamed.GetValueOrDefault(name, name);
    }
}

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
        ["Npgsql.NpgsqlDataAdapter"] = "ReplicaRouting.RoutingDataAdapter",
        ["Npgsql.NpgsqlCommandBuilder"] = "ReplicaRouting.RoutingCommandBuilder",
        ["Npgsql.NpgsqlDataSourceBuilder"] = "ReplicaRouting.RoutingDataSourceBuilder",
        ["Npgsql.NpgsqlLargeObjectManager"] = "ReplicaRouting.RoutingLargeObjectManager",
    };

    // Nothing may be added here without a reason.
    private static readonly Dictionary<string, string> Missing = new()
    {
        ["new(System.String connectionString = default)"] = "two constructors: no connection string is no mistake, an absent one is named by Build",
        ["Npgsql.NpgsqlMultiHostDataSource BuildMultiHost()"] = "every routed data source is over several hosts; its type is another",
    };

    // Public types of Npgsql's that take or give one of the renamed ones, and stay as they are.
    private static readonly Dictionary<string, string> Kept = new()
    {
        ["NpgsqlMultiHostDataSource"] = "chooses hosts by itself; Target Session Attributes are refused",
        ["NpgsqlSlimDataSourceBuilder"] = "for trimmed programs; ConfigureNpgsql covers what it can do",
        ["NpgsqlOperationInProgressException"] = "Npgsql's own exception holds Npgsql's own command",
        ["NpgsqlTracingOptionsBuilder"] = "its callbacks are given the commands that are sent to a server",
    };

    [Theory]
    [InlineData(typeof(NpgsqlDataSource), typeof(RoutingDataSource))]
    [InlineData(typeof(NpgsqlConnection), typeof(RoutingConnection))]
    [InlineData(typeof(NpgsqlCommand), typeof(RoutingCommand))]
    [InlineData(typeof(NpgsqlBatch), typeof(RoutingBatch))]
    [InlineData(typeof(NpgsqlTransaction), typeof(RoutingTransaction))]
    [InlineData(typeof(NpgsqlFactory), typeof(RoutingProviderFactory))]
    [InlineData(typeof(NpgsqlDataAdapter), typeof(RoutingDataAdapter))]
    [InlineData(typeof(NpgsqlCommandBuilder), typeof(RoutingCommandBuilder))]
    [InlineData(typeof(NpgsqlDataSourceBuilder), typeof(RoutingDataSourceBuilder))]
#pragma warning disable CS0618 // obsolete in Npgsql as well
    [InlineData(typeof(NpgsqlLargeObjectManager), typeof(RoutingLargeObjectManager))]
#pragma warning restore CS0618
    public void PublicMembers_OfNpgsqlsType_AreThoseOfOurs(Type theirs, Type ours)
    {
        var have = Members(ours).ToHashSet();
        var lacking = Members(theirs).Where(member => !have.Contains(member)).Except(Missing.Keys).ToList();
        Assert.True(lacking.Count == 0, $"{ours.Name} lacks:\n{string.Join('\n', lacking)}");
        foreach (var contract in theirs.GetInterfaces())
            Assert.True(contract.IsAssignableFrom(ours), $"{ours.Name} is not {contract.Name}");
    }

    [Fact]
    public void PublicTypes_ThatTakeOrGiveARenamedOne_AreRenamedOrKeptForAReason()
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var tied = typeof(NpgsqlConnection).Assembly.GetExportedTypes()
            .Where(type => type.Namespace == "Npgsql" && !Renamed.ContainsKey(type.FullName!))
            .Where(type => type.GetConstructors(Declared).SelectMany(each => each.GetParameters()).Select(each => each.ParameterType)
                .Concat(type.GetMethods(Declared).SelectMany(each => each.GetParameters().Select(parameter => parameter.ParameterType).Append(each.ReturnType)))
                .Any(Mentions));
        Assert.Equal(Kept.Keys.Order(), tied.Select(type => type.Name).Order());
    }

    private static bool Mentions(Type type) => type.HasElementType
        ? Mentions(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().Any(Mentions) : type.FullName is { } name && Renamed.ContainsKey(name);

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

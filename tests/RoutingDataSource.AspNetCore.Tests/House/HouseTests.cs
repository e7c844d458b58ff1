using System.Reflection;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;
using ReplicaRouting.AspNetCore.Diagnostics;
using ReplicaRouting.AspNetCore.Tests.Infrastructure;

namespace ReplicaRouting.AspNetCore.Tests.House;

/// <summary>What every type of the package and every package looks like.</summary>
public sealed class HouseTests
{
    private static readonly Type[] PublicTypes = typeof(RoutingSessionOptions).Assembly.GetExportedTypes();

    [Fact]
    public void PublicTypes_OfThePackage_AreSealedAndWhereTheFrameworkWouldLookForThem()
    {
        Assert.NotEmpty(PublicTypes);
        Assert.DoesNotContain(PublicTypes, type => type is { IsClass: true, IsSealed: false });
        Assert.All(PublicTypes, type => Assert.Equal(
            type switch
            {
                { Name: var name } when name.EndsWith("HttpContextExtensions", StringComparison.Ordinal) => "Microsoft.AspNetCore.Http",
                { Name: var name } when name.EndsWith("CollectionExtensions", StringComparison.Ordinal) || name.EndsWith("ChecksBuilderExtensions", StringComparison.Ordinal)
                    => "Microsoft.Extensions.DependencyInjection",
                { Name: var name } when name.EndsWith("Extensions", StringComparison.Ordinal) => "Microsoft.AspNetCore.Builder",
                _ => "ReplicaRouting.AspNetCore",
            },
            type.Namespace));
    }

    [Fact]
    public void LogMessages_EventIds_AreUniqueAndOfThisPackage()
    {
        var ids = typeof(Log).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>().ToList();
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(ids, id => Assert.InRange(id, 5000, 5999));
    }

    [Fact]
    public void Projects_ThatArePackages_SayWhatTheyAreAndAreInTheSolution()
    {
        var solution = Repository.Read("RoutingDataSource.sln");
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.Contains(projects, project => project.EndsWith("RoutingDataSource.AspNetCore.csproj", StringComparison.Ordinal));
        Assert.All(projects, project =>
        {
            var properties = XDocument.Load(project).Descendants().Where(element => !element.HasElements).ToLookup(element => element.Name.LocalName, element => element.Value);
            Assert.Equal(["true"], properties["IsPackable"]);
            Assert.Matches("^.{40,}\\.$", Assert.Single(properties["Description"]));
            Assert.Contains(Path.GetFileName(project), solution, StringComparison.Ordinal);
        });
    }
}

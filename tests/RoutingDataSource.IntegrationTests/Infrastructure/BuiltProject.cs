namespace ReplicaRouting.IntegrationTests;

/// <summary>What other projects of this build have in their own folders. The copies beside the tests lack what ASP.NET Core brings along, because
/// the tests run with it and those programs do not.</summary>
internal static class BuiltProject
{
    public static string File(string project, string file)
    {
        // …/tests/RoutingDataSource.IntegrationTests/bin/<configuration>/<framework>
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent!;
        var root = configuration.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, project, "bin", configuration.Name, framework.Name, file);
    }
}

namespace ReplicaRouting.Tests.House;

/// <summary>The clone that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Library => Path.Combine(Root, "src", "RoutingDataSource");

    public static IEnumerable<string> SourceFiles(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
        where !parts.Contains("bin") && !parts.Contains("obj")
        orderby file
        select file;

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "RoutingDataSource.sln")))
                return folder;
        }

        throw new DirectoryNotFoundException($"RoutingDataSource.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}

using Microsoft.CodeAnalysis;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The samples of the pages in docs/ are compiled, and run where they can run here.</summary>
[Collection(Alone.Name)]
public sealed class DocsTests
{
    [Fact]
    public async Task Consistency_TokenSample_PrintsAToken()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL)");
        await using var source = cluster.Build();
        var printed = Assert.Single(await Sample.RunAsync(Assert.Single(Blocks("consistency.md")), source));
        Assert.Equal(31, printed.Length); // as the page says
        Assert.True(ConsistencyToken.TryParse(printed, out _));
    }

    [Fact]
    public void Failover_ProbeSample_Compiles()
    {
        var probe = Sample.Compile(
            "using Npgsql; using ReplicaRouting;\n" + Assert.Single(Blocks("failover.md")), OutputKind.DynamicallyLinkedLibrary).GetType("AuroraNodeProbe");
        Assert.True(typeof(INodeProbe).IsAssignableFrom(probe));
    }

    private static IEnumerable<string> Blocks(string page) => Sample.CodeBlocks(File.ReadAllText(Path.Combine(Sample.Root, "docs", page)));
}

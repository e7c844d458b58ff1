using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>The samples of pages that need more around them than a program: each is compiled, and run where it can run here.</summary>
[Collection(Alone.Name)]
public sealed class DocsTests
{
    private const string Configuration = "docs/configuration.md";

    [Fact]
    public async Task Consistency_TokenSample_PrintsAToken()
    {
        await using var cluster = await TestPostgres.StartAsync(1);
        await cluster.Primary.ExecuteAsync("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, item text NOT NULL)");
        await using var source = cluster.Build();
        var printed = Assert.Single(await Sample.RunAsync(Block("docs/consistency.md", nameof(Consistency_TokenSample_PrintsAToken)), source));
        Assert.Equal(31, printed.Length); // as the page says
        Assert.True(ConsistencyToken.TryParse(printed, out _));
    }

    [Fact]
    public void Failover_ProbeSample_Compiles()
    {
        var probe = Sample.Compile(
            "using Npgsql; using ReplicaRouting;\n" + Block("docs/failover.md", nameof(Failover_ProbeSample_Compiles)), OutputKind.DynamicallyLinkedLibrary).GetType("AuroraNodeProbe");
        Assert.True(typeof(INodeProbe).IsAssignableFrom(probe));
    }

    [Fact]
    public async Task Configuration_ContainerSample_ReadsTheSectionOfThePage()
    {
        var json = Assert.Single(Pages.Blocks(Configuration), block => block.Language == "json").Text;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
        var lines = Block(Configuration, nameof(Configuration_ContainerSample_ReadsTheSectionOfThePage)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length); // either of them
        var connectionString = Assert.Single(Pages.Blocks(Configuration), block => block.Language == "text").Text.Trim();
        foreach (var (line, nodes) in lines.Zip(new[] { (string[])["a 1", "b 2", "c 1"], ["db1 0", "db2 2", "db3 1"] }))
        {
            var services = new ServiceCollection();
            Sample.Compile(
                "using Microsoft.Extensions.Configuration; using Microsoft.Extensions.DependencyInjection; using ReplicaRouting;\n" +
                $"public static class Part {{ public static void Add(IServiceCollection services, string connectionString, IConfiguration configuration) {{ {line} }} }}",
                OutputKind.DynamicallyLinkedLibrary).GetType("Part")!.GetMethod("Add")!.Invoke(null, [services, connectionString, configuration]);
            await using var provider = services.BuildServiceProvider();
            var source = provider.GetRequiredService<RoutingDataSource>();
            Assert.Equal(
                nodes.Select(node => node.Split(' ')[0]),
                source.Cluster.Nodes.Select(node => node.Name.Split(':')[0]));
            Assert.Equal(
                nodes.Skip(1).Select(node => node.Split(' ')[1]),
                source.Cluster.Nodes.Skip(1).Select(node => $"{node.Weight}"));
        }
    }

    [Fact]
    public void EntityFrameworkCore_Samples_Configure()
    {
        using var source = RoutingDataSource.Create("Host=db1,db2;Username=app;Password=secret;Database=shop");
        foreach (var page in new[] { "docs/entity-framework-core.md", "src/RoutingDataSource.EntityFrameworkCore/README.md" })
        {
            var options = new DbContextOptionsBuilder();
            Sample.Compile(
                "using Microsoft.EntityFrameworkCore; using ReplicaRouting;\n" +
                "public static class Part { public static void Configure(DbContextOptionsBuilder options, RoutingDataSource dataSource) { " +
                Block(page, nameof(EntityFrameworkCore_Samples_Configure)) + " } }",
                OutputKind.DynamicallyLinkedLibrary).GetType("Part")!.GetMethod("Configure")!.Invoke(null, [options, source]);
            using var context = new DbContext(options.Options);
            Assert.IsAssignableFrom<RoutingConnection>(context.Database.GetDbConnection());
            Assert.Equal(page.StartsWith("docs", StringComparison.Ordinal), context.Database.CreateExecutionStrategy().RetriesOnFailure);
        }
    }

    [Fact]
    public async Task Testing_Guide_PassesWithTheSessionAndFailsWithoutIt()
    {
        const string session = "using (RoutingSession.Begin())";
        var guide = Assert.Single(Pages.Marked("docs/testing.md", "sample: types"));
        Assert.Contains(session, guide, StringComparison.Ordinal);
        await RunAsync(guide);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => RunAsync(guide.Replace(session, "if (true)", StringComparison.Ordinal)));

        // As xunit does.
        static async Task RunAsync(string code)
        {
            var assembly = Sample.Compile(code, OutputKind.DynamicallyLinkedLibrary);
            var fixture = (IAsyncLifetime)Activator.CreateInstance(assembly.GetType("DatabaseFixture")!)!;
            await fixture.InitializeAsync();
            try
            {
                var tests = assembly.GetType("OrderTests")!;
                var test = Assert.Single(tests.GetMethods(), method => method.IsDefined(typeof(FactAttribute), inherit: false));
                await (Task)test.Invoke(Activator.CreateInstance(tests, fixture), null)!;
            }
            finally
            {
                await fixture.DisposeAsync();
            }
        }
    }

    private static string Block(string page, string test) => Assert.Single(Pages.Marked(page, $"sample: {nameof(DocsTests)}.{test}"));
}

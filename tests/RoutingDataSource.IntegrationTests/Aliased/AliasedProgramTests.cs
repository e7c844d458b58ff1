namespace ReplicaRouting.IntegrationTests.Aliased;

[Collection(FreshClusterTests.Name)]
public sealed class AliasedProgramTests(FreshClusterFixture fixture)
{
    [Fact]
    public async Task ProgramForNpgsql_WithItsTypeNamesAliased_CompilesAndSeesTheSame()
    {
        var expected = await Plain.Program.RunAsync(fixture.Cluster.Primary.ConnectionString);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, await Routed.Program.RunAsync(fixture.Cluster.ConnectionString));
    }
}

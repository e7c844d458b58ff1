namespace ReplicaRouting.IntegrationTests;

/// <summary>The collection of tests that share a cluster: <c>[Collection(ClusterTests.Name)]</c> and a constructor that takes the fixture.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterTests : ICollectionFixture<ClusterFixture>
{
    public const string Name = "shared cluster";
}

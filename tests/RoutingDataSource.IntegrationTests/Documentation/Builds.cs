namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>Tests that build projects of this clone do so one after another.</summary>
[CollectionDefinition(Name)]
public sealed class Builds
{
    public const string Name = "builds";
}

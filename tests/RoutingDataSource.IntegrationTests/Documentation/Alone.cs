namespace ReplicaRouting.IntegrationTests.Documentation;

/// <summary>Tests that redirect the console run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}

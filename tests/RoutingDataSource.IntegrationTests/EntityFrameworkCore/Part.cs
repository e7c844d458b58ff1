namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

public sealed class Part
{
    public int Id { get; set; }

    public int ItemId { get; set; }

    public required string Name { get; set; }
}

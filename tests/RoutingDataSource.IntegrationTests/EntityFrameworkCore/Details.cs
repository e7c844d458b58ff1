namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

public sealed class Details
{
    public string Colour { get; set; } = "grey";

    public int Depth { get; set; }
}

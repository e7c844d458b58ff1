using NpgsqlTypes;

namespace ReplicaRouting.IntegrationTests.EntityFrameworkCore;

public sealed class Item
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public int Amount { get; set; }

    public Mood Mood { get; set; }

    public string[] Tags { get; set; } = [];

    public NpgsqlRange<int> Span { get; set; } = new(1, true, 10, false);

    public Details Details { get; set; } = new();

    public uint Version { get; set; }

    public List<Part> Parts { get; } = [];
}

namespace ReplicaRouting.Quickstart.Shop;

internal sealed class Order
{
    public long Id { get; set; }

    public required string Item { get; set; }

    public int Amount { get; set; }
}

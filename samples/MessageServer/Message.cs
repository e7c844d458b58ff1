using System.ComponentModel.DataAnnotations;

namespace ReplicaRouting.MessageServer;

/// <summary>What somebody left.</summary>
internal sealed class Message
{
    public const int MaxLength = 280;

    public long Id { get; init; }

    [MaxLength(MaxLength)]
    public required string Text { get; init; }

    public DateTime Written { get; init; }
}

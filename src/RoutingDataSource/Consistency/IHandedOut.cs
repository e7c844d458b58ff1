namespace ReplicaRouting.Consistency;

/// <summary>Something that was handed to the program and ends without telling, such as a reader.</summary>
internal interface IHandedOut
{
    /// <summary>Gets whether it has ended. Asked by any thread, but never once it was taken back.</summary>
    public bool HasEnded { get; }
}

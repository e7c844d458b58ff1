namespace ReplicaRouting.AspNetCore;

/// <summary>Runs everything that a controller, an action, a Razor page or an endpoint does on the primary.</summary>
/// <remarks>On an action it decides over the controller's. <c>UseRoutingSession</c> must come after <c>UseRouting</c>, as it does in a
/// <c>WebApplication</c> that does not call that by itself.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class UsePrimaryAttribute : Attribute
{
    /// <summary>Initialises the attribute.</summary>
    /// <param name="isOn"><see langword="false"/> takes an action out of what its controller says.</param>
    public UsePrimaryAttribute(bool isOn = true) => IsOn = isOn;

    /// <summary>Gets whether the primary is to be used.</summary>
    public bool IsOn { get; }
}

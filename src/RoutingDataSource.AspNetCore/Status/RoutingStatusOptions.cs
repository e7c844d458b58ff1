namespace ReplicaRouting.AspNetCore;

/// <summary>What the status page shows and allows.</summary>
public sealed class RoutingStatusOptions
{
    /// <summary>Gets or sets the name of the authorization policy that lets a user drain and resume nodes. The buttons are shown to users who satisfy it.</summary>
    /// <value>Default <see langword="null"/>: nobody may, and there are no buttons.</value>
    public string? DrainPolicy { get; set; }

    /// <summary>Gets or sets the page's title.</summary>
    /// <value>Default <c>Routing status</c>.</value>
    public string Title { get; set; } = "Routing status";

    /// <summary>Gets or sets how often the page is refreshed while it is looked at.</summary>
    /// <value>Default 2 s; at least one second. Without JavaScript, five times as long.</value>
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets the key that the <see cref="RoutingDataSource"/> was registered with.</summary>
    /// <value>Default <see langword="null"/>: none.</value>
    public object? ServiceKey { get; set; }
}

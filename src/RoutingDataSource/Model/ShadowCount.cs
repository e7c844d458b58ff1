namespace ReplicaRouting;

/// <summary>Commands of shadow mode that would have gone one way for one reason.</summary>
/// <param name="Target">Where they would have gone.</param>
/// <param name="Reason">Why.</param>
/// <param name="Commands">How many.</param>
/// <param name="Time">How long they took together on the primary, each until its first row.</param>
public sealed record ShadowCount(RouteTarget Target, RouteReason Reason, long Commands, TimeSpan Time);

namespace ReplicaRouting.IntegrationTests.Faults;

/// <summary>A test that cuts the network, which takes root, iproute2 and HAProxy; skipped with the reason where that is not to be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkFactAttribute : FactAttribute
{
    public NetworkFactAttribute()
    {
        if (NetworkPath.WhyNot is { } reason)
            Skip = reason;
    }
}

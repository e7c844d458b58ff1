using ReplicaRouting.AdoNet;

namespace ReplicaRouting;

// Routing on trial.
public sealed partial class RoutingDataSource
{
    private readonly ShadowRecorder _shadow;

    /// <summary>What records the decisions of shadow mode; <see langword="null"/> in other modes.</summary>
    internal ShadowRecorder? Shadow => _options.Mode == RoutingMode.Shadow ? _shadow : null;

    /// <summary>Says what routing would have done with the commands that have run with <see cref="RoutingMode.Shadow"/>.</summary>
    /// <returns>A report since the data source was built; empty when it has not been in that mode.</returns>
    public ShadowReport GetShadowReport() => _shadow.Read();
}

using ReplicaRouting.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Says of endpoints where they run.</summary>
public static class RoutingEndpointConventionBuilderExtensions
{
    /// <summary>Runs everything that the endpoints do on the primary, as <see cref="UsePrimaryAttribute"/> does.</summary>
    /// <typeparam name="TBuilder">The type of the builder.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <returns>The endpoints.</returns>
    public static TBuilder UsePrimary<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new UsePrimaryAttribute());
}

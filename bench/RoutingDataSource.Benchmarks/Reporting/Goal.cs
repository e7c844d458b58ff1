using System.Globalization;

namespace ReplicaRouting.Benchmarks.Reporting;

/// <summary>What a ratio is meant to be.</summary>
/// <param name="Bound">The bound, reached included.</param>
/// <param name="IsUpper">Whether the ratio is to be at most that; otherwise at least.</param>
internal readonly record struct Goal(double Bound, bool IsUpper)
{
    public static Goal AtMost(double bound) => new(bound, true);

    public static Goal AtLeast(double bound) => new(bound, false);

    public bool IsReachedBy(double value) => IsUpper ? value <= Bound : value >= Bound;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsUpper ? "≤" : "≥")} {Bound:0.00##}");
}

using System.Globalization;

namespace ReplicaRouting.Benchmarks.Measuring;

/// <summary>A figure with the interval in which it lies with 95 % confidence.</summary>
/// <param name="Value">The best guess.</param>
/// <param name="Low">The lower end; not a number when there is too little to tell.</param>
/// <param name="High">The upper end; not a number when there is too little to tell.</param>
internal readonly record struct Estimate(double Value, double Low, double High)
{
    /// <summary>A figure that was counted, not sampled.</summary>
    public static Estimate Exact(double value) => new(value, double.NaN, double.NaN);

    public override string ToString() => double.IsNaN(Low)
        ? Format(Value)
        : string.Create(CultureInfo.InvariantCulture, $"{Format(Value)} ({Format(Low)}–{Format(High)})");

    public static string Format(double value) => value.ToString(Math.Abs(value) >= 100 ? "F0" : Math.Abs(value) >= 10 ? "F1" : "F3", CultureInfo.InvariantCulture);
}

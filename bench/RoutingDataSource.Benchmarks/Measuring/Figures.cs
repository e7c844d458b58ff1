namespace ReplicaRouting.Benchmarks.Measuring;

/// <summary>All rounds of one contender in one workload.</summary>
internal sealed class Figures(string name, IReadOnlyList<Round> rounds)
{
    public string Name { get; } = name;

    public IReadOnlyList<Round> Rounds { get; } = rounds;

    /// <summary>The median over the rounds of a metric.</summary>
    public Estimate Of(Func<Round, double> metric) => Statistics.EstimateMedian([.. Rounds.Select(metric)]);

    /// <summary>A metric as a multiple of another contender's.</summary>
    public Estimate Ratio(Figures baseline, Func<Round, double> metric) =>
        Statistics.EstimateRatio([.. Rounds.Select(metric)], [.. baseline.Rounds.Select(metric)]);

    /// <summary>How far the rounds lie apart: half the distance between their quartiles, as a share of the median.</summary>
    public double Spread(Func<Round, double> metric)
    {
        var sorted = Rounds.Select(metric).Order().ToArray();
        return (sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4]) / 2 / Statistics.Median(sorted);
    }
}

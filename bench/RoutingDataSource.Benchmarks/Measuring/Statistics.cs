namespace ReplicaRouting.Benchmarks.Measuring;

/// <summary>The statistics of the comparisons. Pure, and the same for the same input: the bootstrap draws from a fixed seed.</summary>
internal static class Statistics
{
    private const int Resamples = 2000;

    /// <summary>Gets the middle of some values; the mean of the two middle ones when their number is even.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("The median of nothing was asked for.", nameof(values));
        return MedianOfSorted(sorted);
    }

    /// <summary>Gets the value that a share of the sorted values does not exceed (nearest rank).</summary>
    /// <param name="sorted">At least one value, ascending.</param>
    /// <param name="share">More than 0, at most 1: 0.99 for the 99th percentile.</param>
    public static long Quantile(ReadOnlySpan<long> sorted, double share)
    {
        if (sorted.IsEmpty)
            throw new ArgumentException("A quantile of nothing was asked for.", nameof(sorted));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        return sorted[Math.Min(sorted.Length, (int)Math.Ceiling(share * sorted.Length)) - 1];
    }

    /// <summary>Estimates a median and how far chance may have moved it (percentile bootstrap, 95 %).</summary>
    /// <param name="values">One value per round; rounds are independent of each other.</param>
    public static Estimate EstimateMedian(IReadOnlyList<double> values)
    {
        var value = Median(values);
        if (values.Count < 3)
            return Estimate.Exact(value);
        var random = new Random(20_261_122);
        var medians = new double[Resamples];
        var drawn = new double[values.Count];
        for (var i = 0; i < medians.Length; i++)
        {
            for (var k = 0; k < drawn.Length; k++)
                drawn[k] = values[random.Next(drawn.Length)];
            Array.Sort(drawn);
            medians[i] = MedianOfSorted(drawn);
        }

        Array.Sort(medians);
        return new(value, medians[(int)(0.025 * Resamples)], medians[(int)(0.975 * Resamples) - 1]);
    }

    /// <summary>Estimates how one contender compares with another that ran in the same rounds: the median of the rounds' ratios, so that
    /// whatever slowed a round down slowed both sides of its ratio.</summary>
    /// <param name="values">One value per round.</param>
    /// <param name="baseline">The other contender's values of the same rounds, none of them zero.</param>
    public static Estimate EstimateRatio(IReadOnlyList<double> values, IReadOnlyList<double> baseline)
    {
        if (values.Count != baseline.Count)
            throw new ArgumentException($"{values.Count} rounds cannot be compared with {baseline.Count}.", nameof(baseline));
        return EstimateMedian([.. values.Zip(baseline, (value, of) => value / of)]);
    }

    private static double MedianOfSorted(double[] sorted) =>
        (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
}

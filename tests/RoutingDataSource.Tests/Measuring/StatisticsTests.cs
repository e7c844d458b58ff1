using ReplicaRouting.Benchmarks.Measuring;
using ReplicaRouting.Benchmarks.Reporting;

namespace ReplicaRouting.Tests.Measuring;

/// <summary>What <c>./bench.sh</c> computes its published figures with.</summary>
public sealed class StatisticsTests
{
    [Theory]
    [InlineData(new[] { 3.0 }, 3)]
    [InlineData(new[] { 5.0, 1, 3 }, 3)]
    [InlineData(new[] { 4.0, 1, 3, 2 }, 2.5)]
    public void Median_OddOrEven_IsTheMiddle(double[] values, double expected) => Assert.Equal(expected, Statistics.Median(values));

    [Fact]
    public void Median_OfNothing_Throws() => Assert.Throws<ArgumentException>(() => Statistics.Median([]));

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(0.951, 96)]
    [InlineData(0.99, 99)]
    [InlineData(1, 100)]
    [InlineData(0.001, 1)]
    public void Quantile_OfOneToAHundred_IsTheNearestRank(double share, long expected) =>
        Assert.Equal(expected, Statistics.Quantile([.. Enumerable.Range(1, 100).Select(i => (long)i)], share));

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    public void Quantile_ShareOutOfRange_Throws(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Statistics.Quantile([1], share));

    [Fact]
    public void EstimateRatio_NoiseThatHitsBothSides_DoesNotShow()
    {
        // The machine is up to ten times slower in some rounds; one side always takes 2 % longer.
        var random = new Random(1);
        var baseline = Enumerable.Range(0, 40).Select(_ => 50 * (1 + 9 * random.NextDouble())).ToArray();
        var ratio = Statistics.EstimateRatio([.. baseline.Select(value => value * 1.02)], baseline);
        Assert.Equal(1.02, ratio.Value, 9);
        Assert.Equal(1.02, ratio.Low, 9);
        Assert.Equal(1.02, ratio.High, 9);
    }

    [Fact]
    public void EstimateRatio_DifferentRounds_Throws() => Assert.Throws<ArgumentException>(() => Statistics.EstimateRatio([1, 2], [1]));

    [Fact]
    public void EstimateMedian_ManyExperiments_CoversTheTruthAboutAsOftenAsItClaims()
    {
        var random = new Random(3);
        const int Experiments = 200;
        var covered = 0;
        for (var i = 0; i < Experiments; i++)
        {
            var values = Enumerable.Range(0, 40).Select(_ => 1 + 0.2 * (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5)).ToArray();
            var estimate = Statistics.EstimateMedian(values);
            Assert.InRange(estimate.Value, estimate.Low, estimate.High);
            if (estimate.Low <= 1 && 1 <= estimate.High)
                covered++;
        }

        Assert.InRange(covered / (double)Experiments, 0.89, 0.99); // 95 % is claimed
    }

    [Fact]
    public void EstimateMedian_MoreRounds_NarrowsTheInterval()
    {
        var random = new Random(4);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
        var (few, many) = (Statistics.EstimateMedian(Draw(20)), Statistics.EstimateMedian(Draw(800)));
        Assert.True(many.High - many.Low < (few.High - few.Low) / 4);
    }

    [Fact]
    public void EstimateMedian_TwoRounds_ClaimsNoInterval()
    {
        var estimate = Statistics.EstimateMedian([1, 2]);
        Assert.True(double.IsNaN(estimate.Low) && double.IsNaN(estimate.High));
        Assert.Equal("1.500", estimate.ToString());
    }

    [Theory]
    [InlineData(1.02, true, true)]
    [InlineData(1.0201, true, false)]
    [InlineData(1.02, false, true)]
    [InlineData(1.0199, false, false)]
    public void Goal_AtItsBound_IsReached(double value, bool isUpper, bool expected) =>
        Assert.Equal(expected, (isUpper ? Goal.AtMost(1.02) : Goal.AtLeast(1.02)).IsReachedBy(value));
}

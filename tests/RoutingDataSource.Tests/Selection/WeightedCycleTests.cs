using ReplicaRouting.Selection;

namespace ReplicaRouting.Tests.Selection;

public sealed class WeightedCycleTests
{
    [Theory]
    [InlineData(new[] { 1 }, new[] { 0 })]
    [InlineData(new[] { 1, 1 }, new[] { 0, 1 })]
    [InlineData(new[] { 2, 1 }, new[] { 0, 1, 0 })]
    [InlineData(new[] { 0, 3 }, new[] { 1 })]
    [InlineData(new[] { 5, 1, 1 }, new[] { 0, 0, 1, 0, 2, 0, 0 })] // the example of nginx
    public void Create_Weights_AreSpreadSmoothly(int[] weights, int[] expected) => Assert.Equal(expected, WeightedCycle.Create(weights));

    [Theory]
    [InlineData(new[] { 3, 2, 7, 0, 1 })]
    [InlineData(new[] { 1000, 999 })]
    [InlineData(new[] { 8, 4, 12 })]
    [InlineData(new[] { 4000, 1, 4000 })]
    public void Create_AnyWeights_ProportionsAreExactOverACycle(int[] weights)
    {
        var cycle = WeightedCycle.Create(weights);
        var total = weights.Sum();
        for (var node = 0; node < weights.Length; node++)
            Assert.Equal((long)weights[node] * cycle.Length, (long)cycle.Count(each => each == node) * total);
    }

    [Fact]
    public void Create_CommonDivisor_IsTakenOut() => Assert.Equal([0, 1, 0], WeightedCycle.Create([400, 200]));

    [Fact]
    public void Create_HeavyNode_IsNeverFartherThanItsShareFromItsNextTurn()
    {
        var cycle = WeightedCycle.Create([3, 3, 3, 1]);
        for (var i = 0; i < cycle.Length; i++)
            Assert.NotEqual(cycle[i], cycle[(i + 1) % cycle.Length]);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 0, 0 })]
    public void Create_NoWeight_IsEmpty(int[] weights) => Assert.Empty(WeightedCycle.Create(weights));
}

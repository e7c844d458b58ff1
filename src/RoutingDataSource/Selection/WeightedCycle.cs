namespace ReplicaRouting.Selection;

/// <summary>Smooth weighted round robin (the algorithm of nginx), laid out once: the proportions hold exactly over each cycle, and a heavy
/// node's turns are spread instead of coming in a row.</summary>
internal static class WeightedCycle
{
    /// <summary>Lays out a cycle.</summary>
    /// <param name="weights">The weight of each node; 0 keeps a node out.</param>
    /// <returns>Node indexes, each as often as its weight divided by the weights' greatest common divisor.</returns>
    public static int[] Create(ReadOnlySpan<int> weights)
    {
        var divisor = 0;
        foreach (var weight in weights)
            divisor = GreatestCommonDivisor(divisor, weight);
        if (divisor == 0)
            return [];

        var shares = new int[weights.Length];
        var length = 0;
        for (var i = 0; i < weights.Length; i++)
            length += shares[i] = weights[i] / divisor;

        var cycle = new int[length];
        var current = new int[weights.Length];
        for (var turn = 0; turn < length; turn++)
        {
            var best = -1;
            for (var i = 0; i < shares.Length; i++)
            {
                current[i] += shares[i];
                if (best < 0 || current[i] > current[best]) // never who has no share: that stays at 0, and somebody is above it
                    best = i;
            }

            current[best] -= length;
            cycle[turn] = best;
        }

        return cycle;
    }

    private static int GreatestCommonDivisor(int a, int b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }
}

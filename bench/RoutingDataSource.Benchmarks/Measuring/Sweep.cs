using System.Diagnostics;

namespace ReplicaRouting.Benchmarks.Measuring;

/// <summary>Times one thing that needs no server for growing sizes of something, the sizes by turns.</summary>
internal static class Sweep
{
    /// <summary>Times each case.</summary>
    /// <param name="cases">What to call, for each size: it is given how often to do the thing.</param>
    /// <param name="rounds">How many rounds are counted.</param>
    /// <param name="slice">How long each case's turn takes, about.</param>
    /// <returns>Nanoseconds per call, one for each round, for each case.</returns>
    public static double[][] Run(IReadOnlyList<Action<int>> cases, int rounds, TimeSpan slice)
    {
        var calls = cases.Select(each => Calibrate(each, slice)).ToArray();
        var order = Enumerable.Range(0, cases.Count).ToArray();
        var random = new Random(11);
        var result = cases.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (var index in order)
                result[index][round] = Time(cases[index], calls[index]).TotalNanoseconds / calls[index];
        }

        return result;
    }

    // The runtime compiles for good what is hot once 100 ms have passed without new methods.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(160);

    private static int Calibrate(Action<int> call, TimeSpan slice)
    {
        var started = Stopwatch.GetTimestamp();
        var count = 1;
        while (true)
        {
            var took = Time(call, count);
            if (took < slice)
                count = (int)Math.Min(int.MaxValue / 2, count * Math.Clamp(slice / (took + TimeSpan.FromTicks(1)), 1.2, 4) + 1);
            else if (Stopwatch.GetElapsedTime(started) > WarmUp)
                return Math.Max(1, (int)(count * (slice / took)));
        }
    }

    private static TimeSpan Time(Action<int> call, int count)
    {
        var started = Stopwatch.GetTimestamp();
        call(count);
        return Stopwatch.GetElapsedTime(started);
    }
}

using System.Diagnostics;
using System.Runtime;
using ReplicaRouting.Benchmarks.Measuring;

namespace ReplicaRouting.Benchmarks.Comparison;

/// <summary>Lets contenders do the same work by turns, in many short rounds, so that whatever slows the machine down hits all alike.</summary>
/// <param name="rounds">How many rounds are counted.</param>
/// <param name="turns">How many turns each contender has in a round; a round's quantiles are those of its turns together.</param>
/// <param name="slice">How long one turn takes.</param>
/// <param name="warmUp">How long each runs at least before anything is counted. It goes on, up to eight times as long, for as long as the runtime still
/// compiles: methods that are not optimised yet would be compared by the number of their instructions.</param>
internal sealed class Contest(int rounds, int turns, TimeSpan slice, TimeSpan warmUp)
{
    private const int WarmUps = 4;
    private const int MostWarmUps = 8 * WarmUps;

    private const int Unhurried = 2; // methods that a probe or a timer may need now and then

    private readonly Random _order = new(7);

    /// <summary>Runs a workload.</summary>
    /// <returns>The figures of each contender, in the order in which they were given.</returns>
    public async Task<List<Figures>> RunAsync(Workload workload, IReadOnlyList<Contender> contenders)
    {
        var endpoints = new List<Endpoints>();
        Client[][] clients = [];
        try
        {
            foreach (var contender in contenders)
                endpoints.Add(await contender.Connect(workload.IsAsync));
            clients = [.. endpoints.Select(each => Enumerable.Range(1, workload.Clients).Select(seed => new Client(each, workload, seed)).ToArray())];
            // By turns too: what the runtime learns while it is warm is learnt of all of them.
            foreach (var client in clients.SelectMany(each => each))
                await client.OpenAsync();
            await WarmUpAsync(workload, clients);
            var figures = contenders.Select(_ => new List<Round>(rounds)).ToArray();
            var order = Enumerable.Range(0, contenders.Count).ToArray();
            var sums = new Effort[contenders.Count];
            for (var round = 0; round < rounds; round++)
            {
                Array.Clear(sums);
                foreach (var client in clients.SelectMany(each => each))
                    client.Clear();
                GC.Collect();
                for (var turn = 0; turn < turns; turn++)
                {
                    _order.Shuffle(order);
                    foreach (var index in order)
                        sums[index] += await TurnAsync(workload, clients[index], slice);
                }

                for (var index = 0; index < clients.Length; index++)
                    figures[index].Add(Summarize(clients[index], sums[index]));
            }

            return [.. contenders.Select((contender, index) => new Figures(contender.Name, figures[index]))];
        }
        finally
        {
            foreach (var client in clients.SelectMany(each => each))
                await client.DisposeAsync();
            foreach (var each in endpoints)
                await each.DisposeAsync();
        }
    }

    private async Task WarmUpAsync(Workload workload, Client[][] clients)
    {
        var (count, quiet, compiled) = (0, 0, 0L);
        while (count < MostWarmUps && (count < WarmUps || quiet < 2))
        {
            var before = JitInfo.GetCompiledMethodCount();
            foreach (var each in clients)
                await TurnAsync(workload, each, warmUp / WarmUps);
            count++;
            compiled = JitInfo.GetCompiledMethodCount() - before;
            quiet = compiled <= Unhurried ? quiet + 1 : 0;
        }

        if (quiet < 2)
            await Console.Error.WriteLineAsync($"bench: after {count} turns each the runtime still compiles ({compiled} methods in the last): {workload.Name}");
    }

    private static async Task<Effort> TurnAsync(Workload workload, Client[] clients, TimeSpan duration)
    {
        GC.Collect(0); // everybody starts with an empty nursery, and pays for what he allocates himself
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var deadline = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        if (workload.IsAsync)
        {
            await Task.WhenAll(clients.Select(client => Task.Run(() => client.RunAsync(deadline))));
        }
        else
        {
            // Threads of their own: here it may go on inside of a continuation of some socket's.
            var threads = clients.Select(client => Task.Factory.StartNew(
                () => client.Run(deadline), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            Task.WaitAll(threads);
        }

        return new(Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu, GC.GetTotalAllocatedBytes(precise: true) - bytes);
    }

    private static Round Summarize(Client[] clients, Effort effort)
    {
        var latencies = new long[clients.Sum(client => client.Latencies.Length)];
        var at = 0;
        foreach (var client in clients)
        {
            client.Latencies.CopyTo(latencies.AsSpan(at));
            at += client.Latencies.Length;
        }

        Array.Sort(latencies);
        return new(
            Microseconds(0.5),
            Microseconds(0.95),
            Microseconds(0.99),
            latencies.Length / effort.Elapsed.TotalSeconds,
            effort.Cpu.TotalMicroseconds / latencies.Length,
            (double)effort.Bytes / latencies.Length);

        double Microseconds(double share) => Statistics.Quantile(latencies, share) * 1e6 / Stopwatch.Frequency;
    }

    private readonly record struct Effort(TimeSpan Elapsed, TimeSpan Cpu, long Bytes)
    {
        public static Effort operator +(Effort left, Effort right) => new(left.Elapsed + right.Elapsed, left.Cpu + right.Cpu, left.Bytes + right.Bytes);
    }
}

namespace ReplicaRouting.Benchmarks.Measuring;

/// <summary>What one contender did in one round.</summary>
/// <param name="Median">Latency in microseconds.</param>
/// <param name="P95">Latency in microseconds.</param>
/// <param name="P99">Latency in microseconds.</param>
/// <param name="Throughput">Commands per second.</param>
/// <param name="Cpu">CPU time of this process, user and kernel, in microseconds per command.</param>
/// <param name="Bytes">Bytes allocated in this process per command.</param>
internal readonly record struct Round(double Median, double P95, double P99, double Throughput, double Cpu, double Bytes);

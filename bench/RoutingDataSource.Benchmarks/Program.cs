using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using ReplicaRouting.Benchmarks.AdoNet;
using ReplicaRouting.Benchmarks.Allocation;
using ReplicaRouting.Benchmarks.Comparison;
using ReplicaRouting.Benchmarks.Reporting;

try
{
    if (args is ["--allocations"])
    {
        var report = new Report("allocations", null);
        return await Allocations.CompareAsync(report, isSmoke: false) ? 0 : 1;
    }

    if (args is ["profile", ..])
        return await Profile.RunAsync(args);
    if (args is ["peers" or "scale" or "quick", ..])
    {
        var folder = args is [_, "--smoke", ..] ? null : args.ElementAtOrDefault(1);
        return await ComparisonProgram.RunAsync(args[0], folder, isSmoke: args is [_, "--smoke", ..]);
    }

    // In this process: the cluster is started once, and nothing is generated and built besides.
    var config = ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .HideColumns(Column.Job, Column.Error, Column.RatioSD, Column.Gen0, Column.Categories)
        .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(60));
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config).ToList();
    return summaries.Count > 0 && summaries.TrueForAll(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
}
finally
{
    await BenchmarkCluster.StopAsync();
}

namespace ReplicaRouting.AspNetCore.Tests.Documentation;

/// <summary>A test that needs promtool, of Debian's package <c>prometheus</c>. It is skipped without, also in CI: that package starts a server.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (Find() is null)
            Skip = "promtool is not installed (in Debian's package prometheus)";
    }

    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/bin").Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
}

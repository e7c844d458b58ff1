namespace ReplicaRouting.IntegrationTests.Packages;

/// <summary>A test that makes native code, which takes a C compiler to link it; ./test.sh installs one where it can. Where it is missing the test is skipped, and
/// fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            return;
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc"))))
            Skip = "NativeAOT links with clang or gcc, and neither is in PATH";
    }
}

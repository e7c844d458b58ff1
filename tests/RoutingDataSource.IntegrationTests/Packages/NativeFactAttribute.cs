namespace ReplicaRouting.IntegrationTests.Packages;

/// <summary>A test that makes native code, which takes a C compiler to link it; skipped with the reason where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc"))))
            Skip = "NativeAOT links with clang or gcc, and neither is in PATH";
    }
}

using System.Runtime.InteropServices;
using ReplicaRouting.Testing;

namespace ReplicaRouting.IntegrationTests.Testing;

/// <summary>The packages of platforms on which nobody has run this are named as npm names them.</summary>
public sealed class NpmPackageTests
{
    [Theory]
    [InlineData("LINUX", Architecture.X64, "linux-x64")]
    [InlineData("LINUX", Architecture.Arm64, "linux-arm64")]
    [InlineData("LINUX", Architecture.Arm, "linux-arm")]
    [InlineData("LINUX", Architecture.X86, "linux-ia32")]
    [InlineData("OSX", Architecture.X64, "darwin-x64")]
    [InlineData("OSX", Architecture.Arm64, "darwin-arm64")]
    [InlineData("WINDOWS", Architecture.X64, "windows-x64")]
    [InlineData("WINDOWS", Architecture.Arm64, null)]
    [InlineData("LINUX", Architecture.S390x, null)]
    [InlineData("FREEBSD", Architecture.X64, null)]
    public void PlatformName_OfASystem_IsThatOfItsPackage(string system, Architecture architecture, string? name) =>
        Assert.Equal(name, NpmPackage.PlatformName(OSPlatform.Create(system).Equals, architecture));
}

using System.Diagnostics;

namespace ReplicaRouting.IntegrationTests.Tool;

internal static class Signals
{
    /// <summary>Asks a process to end, as a shell would. SIGTERM: a process that was started in the background may ignore SIGINT.</summary>
    public static int Terminate(int processId)
    {
        using var kill = Process.Start("kill", ["-TERM", processId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        return kill.ExitCode;
    }
}

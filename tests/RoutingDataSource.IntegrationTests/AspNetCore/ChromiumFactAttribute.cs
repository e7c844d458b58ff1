using ReplicaRouting.MessageServer;

namespace ReplicaRouting.IntegrationTests.AspNetCore;

/// <summary>A test that needs Chromium, which ./test.sh installs where it can. Where it is missing the test is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    /// <summary>Initialises the attribute.</summary>
    /// <param name="isPooled">Whether PgBouncer and HAProxy are needed as well.</param>
    public ChromiumFactAttribute(bool isPooled = false)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            return;
        if (Chromium.Find() is null)
            Skip = "chromium is not installed (apt-get install chromium)";
        else if (isPooled && (PoolerProcess.Find("pgbouncer") is null || PoolerProcess.Find("haproxy") is null))
            Skip = "pgbouncer or haproxy is not installed";
    }
}

using ReplicaRouting.MessageServer;

namespace ReplicaRouting.IntegrationTests.Poolers;

/// <summary>A test that needs PgBouncer and HAProxy, which ./test.sh installs where it can. Where they are missing it is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PoolerFactAttribute : FactAttribute
{
    public PoolerFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true" && (PoolerProcess.Find("pgbouncer") is null || PoolerProcess.Find("haproxy") is null))
            Skip = "pgbouncer or haproxy is not installed";
    }
}

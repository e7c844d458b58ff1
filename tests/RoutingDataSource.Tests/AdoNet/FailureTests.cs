using Npgsql;
using ReplicaRouting.AdoNet;

namespace ReplicaRouting.Tests.AdoNet;

public sealed class FailureTests
{
    [Theory]
    [InlineData("FATAL", "08P01", true)] // PgBouncer: server conn crashed?
    [InlineData("ERROR", "08P01", false)] // PostgreSQL: bind message supplies 1 parameters, but prepared statement requires 2
    [InlineData("FATAL", "08006", true)]
    [InlineData("FATAL", "57P01", true)]
    [InlineData("ERROR", "42P01", false)]
    [InlineData("FATAL", "28P01", false)]
    public void IsLostRead_BySeverityAndState_IsWhatMaySucceedElsewhere(string severity, string state, bool expected) =>
        Assert.Equal(expected, Failure.IsLostRead(new PostgresException("text", severity, severity, state)));
}

using System.Net.Sockets;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>What an error says about the server, the statement, or neither.</summary>
internal static class Failure
{
    /// <summary>The connection could not be opened because nobody answers: the node is out until a probe succeeds. A full pool or a full
    /// server (53300) says nothing of that kind.</summary>
    public static bool IsUnreachable(Exception error) => error switch
    {
        PostgresException { SqlState: "57P01" or "57P02" or "57P03" } => true,
        PostgresException => false,
        NpgsqlException { InnerException: SocketException or IOException } => true,
        SocketException => true,
        _ => false,
    };

    /// <summary>A replica refused the statement without effect because it is not a read after all.</summary>
    public static bool IsRefusal(PostgresException error) => error.SqlState switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => true,
        PostgresErrorCodes.FeatureNotSupported => true, // unlogged or temporary relation
        PostgresErrorCodes.ObjectNotInPrerequisiteState => true, // "recovery is in progress", currval before nextval
        _ => false,
    };

    /// <summary>A read that failed like this on a replica may succeed elsewhere: the server is going away, or recovery cancelled it.</summary>
    public static bool IsLostRead(Exception error) => error switch
    {
        PostgresException postgres => postgres.SqlState is "57P01" or "57P02" or "57P03" or "57P04" or "40001" or "40P01" or "53300"
            || (postgres.SqlState.StartsWith("08", StringComparison.Ordinal) && (postgres.SqlState != PostgresErrorCodes.ProtocolViolation || IsOfPooler(postgres))),
        NpgsqlException { InnerException: SocketException or IOException } => true,
        _ => false,
    };

    // A protocol violation is the program's fault, and an ERROR. PgBouncer gives the same state, as FATAL, to whoever waits for a server that it has
    // lost or cannot reach.
    private static bool IsOfPooler(PostgresException error) => error.InvariantSeverity is "FATAL";

    /// <summary>The error in one line without secrets, for a log.</summary>
    public static string Describe(Exception error) => error is PostgresException postgres ? postgres.SqlState : error.GetType().Name;
}

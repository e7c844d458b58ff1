namespace ReplicaRouting.Testing;

/// <summary>A cluster could not be started or could not be brought into the state that was asked for. The message says what failed, shows the
/// end of the server's log, and says what to do. Whether trying again helps depends on the cause and is part of the message.</summary>
public sealed class PostgresClusterException : Exception
{
    /// <summary>Creates an exception without a message of its own.</summary>
    public PostgresClusterException()
    {
    }

    /// <summary>Creates an exception.</summary>
    /// <param name="message">What failed, with the values, then what to change.</param>
    public PostgresClusterException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with its cause.</summary>
    /// <param name="message">What failed, with the values, then what to change.</param>
    /// <param name="innerException">The error that led here.</param>
    public PostgresClusterException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

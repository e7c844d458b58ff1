#pragma warning disable NPG9001 // Npgsql marks its connector as internal; see the remarks below

using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Npgsql;
using Npgsql.Internal;

namespace ReplicaRouting.AdoNet;

/// <summary>Ends what waits on a server that does not answer any more, and tells who is about to.</summary>
/// <remarks>Npgsql has no public way to do that: its Cancel asks the very server that is frozen and waits for it, and a synchronous read has no
/// token. Shutting the socket down makes the read fail as if the server had gone, which Npgsql then handles as always. Should a later
/// version of Npgsql keep its socket elsewhere, nothing is severed and such reads end with their command time-out; a test watches it.</remarks>
internal static class ServerLink
{
    /// <summary>Shuts the connection's socket down, if it has one.</summary>
    /// <returns>Whether there was a socket to shut down.</returns>
    public static bool Sever(NpgsqlConnection connection)
    {
        try
        {
            if (GetConnector(connection) is not { } connector || GetSocket(connector) is not { } socket)
                return false;
            socket.Shutdown(SocketShutdown.Both);
            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or MissingMemberException)
        {
            return false; // gone already
        }
    }

    /// <summary>Whether whoever opens a connection of a pool now makes a new one, and so depends on the server's answers.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="size">How many connections it may have.</param>
    public static bool WouldConnect(NpgsqlDataSource pool, int size) => GetStatistics(pool) is { Idle: 0, Total: var total } && total < size;

    /// <summary>How many connections of a pool are in use.</summary>
    public static int InUse(NpgsqlDataSource pool) => GetStatistics(pool).Busy;

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    private static extern NpgsqlConnector? GetConnector(NpgsqlConnection connection);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_socket")]
    private static extern ref Socket? GetSocket(NpgsqlConnector connector);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Statistics")]
    private static extern (int Total, int Idle, int Busy) GetStatistics(NpgsqlDataSource pool);
}

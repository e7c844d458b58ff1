using System.Runtime.CompilerServices;
using Npgsql;

namespace ReplicaRouting.AdoNet;

/// <summary>Makes the commands of a batch forget the prepared statements of another server connection.</summary>
/// <remarks>Npgsql's batches take for granted that they are executed where they were prepared, explicitly or automatically: elsewhere they name
/// statements that do not exist there (26000), and no public member makes them forget. Npgsql's commands do forget by themselves. Should a
/// later version of Npgsql lack the setter, nothing is forgotten; a test watches it.</remarks>
internal static class BatchPreparation
{
    public static void Forget(NpgsqlBatchCommandCollection commands)
    {
        try
        {
            for (var i = 0; i < commands.Count; i++)
                SetPreparedStatement(commands[i], null);
        }
        catch (MissingMemberException)
        {
            // see the remarks
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreparedStatement")]
    private static extern void SetPreparedStatement(
        NpgsqlBatchCommand command, [UnsafeAccessorType("Npgsql.PreparedStatement, Npgsql")] object? statement);
}

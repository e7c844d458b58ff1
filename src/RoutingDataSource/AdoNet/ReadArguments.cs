using System.Data;

namespace ReplicaRouting.AdoNet;

/// <summary>Hands the arguments of an asynchronous read to the method that begins it, on the same thread at once. As parameters they would be kept
/// in the state that is allocated when the method waits, which would be more than Npgsql allocates.</summary>
internal static class ReadArguments
{
    [ThreadStatic]
    private static (CommandBehavior Behavior, CancellationToken CancellationToken) _arguments;

    public static void Put(CommandBehavior behavior, CancellationToken cancellationToken) => _arguments = (behavior, cancellationToken);

    public static (CommandBehavior Behavior, CancellationToken CancellationToken) Take()
    {
        var arguments = _arguments;
        _arguments = default; // keeps nothing alive
        return arguments;
    }
}
